/**
 * The command line of `npm run bench`.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import type { BenchOptions } from './suite.ts'

export const usage = `npm run bench -- <suite> … [options]

  --rounds N          rounds of which the median is taken (default 7)
  --quick             smaller and quicker, for a look; nothing is saved
  --endpoint URL      a DynamoDB to talk to; without it, and without --region, a DynamoDB Local of its own
  --region NAME       a real DynamoDB: costs money; prints the units it will spend and asks first
  --table-prefix TEXT of the tables that it makes and deletes (default draftwork-bench-)
  --yes               does not ask`

interface Arguments {
  readonly suites: readonly string[]
  readonly options: BenchOptions
}

/** Throws an error whose message is for the person who typed it. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      endpoint: { type: 'string' },
      region: { type: 'string' },
      'table-prefix': { type: 'string', default: 'draftwork-bench-' },
      yes: { type: 'boolean', default: false },
    },
  })
  const { quick, endpoint, region, yes, 'table-prefix': tablePrefix } = values
  const rounds = Number(values.rounds ?? (quick ? 3 : 7))
  if (!Number.isSafeInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: expected a positive integer, got ${values.rounds}`)
  return { suites: positionals, options: { rounds, endpoint, region, tablePrefix, yes, quick } }
}
