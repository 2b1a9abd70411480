/**
 * The metrics. Requests have the name that OpenTelemetry's database conventions give them; what only this engine has is
 * under `draftwork`.
 *
 * @module
 */
import type { Meter } from '@opentelemetry/api'

/** As the conventions advise, in seconds. */
const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

const seconds = (description: string) => ({
  description,
  unit: 's',
  advice: { explicitBucketBoundaries: buckets },
})

export const instruments = (meter: Meter) => ({
  requests: meter.createHistogram('db.client.operation.duration', seconds('Duration of requests to the store.')),
  units: meter.createHistogram(
    'draftwork.unit_of_work.duration',
    seconds('Duration of outermost units of work, with all their attempts, by outcome.'),
  ),
  attempts: meter.createCounter('draftwork.attempts', {
    description: 'Runs of the functions of outermost units of work, by outcome.',
    unit: '{attempt}',
  }),
  conflicts: meter.createCounter('draftwork.conflicts', {
    description: 'Paths of records on which somebody else came first, by model.',
    unit: '{conflict}',
  }),
  retries: meter.createCounter('draftwork.retries', {
    description: 'Functions that ran again, and requests that were sent again.',
    unit: '{retry}',
  }),
  consumed: meter.createCounter('draftwork.consumed_capacity', {
    description: 'Capacity units that requests consumed, as far as the store tells.',
    unit: '{unit}',
  }),
  waits: meter.createHistogram(
    'draftwork.queue.wait.duration',
    seconds('How long requests waited for capacity before they were sent.'),
  ),
})
