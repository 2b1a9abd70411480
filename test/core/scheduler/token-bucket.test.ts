/**
 * The law of the bucket: whatever is taken, settled and refunded, no span of time gets more than it earned and the depth.
 *
 * @module
 */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Fifo } from '../../../core/scheduler/fifo.ts'
import { TokenBucket } from '../../../core/scheduler/token-bucket.ts'

interface Step {
  /** Milliseconds since the step before. */
  readonly pause: number
  readonly estimate: number
  /** What it cost in truth; settled so many steps later. */
  readonly actual: number
  readonly after: number
}

const units = fc.integer({ min: 1, max: 20 })
const steps = fc.array(
  fc.record<Step>({
    pause: fc.integer({ min: 0, max: 400 }),
    estimate: units,
    actual: fc.integer({ min: 0, max: 60 }),
    after: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 60 },
)

/** What was held against the bucket from then on: an estimate, or the difference that a settlement showed. */
interface Holding {
  readonly at: number
  readonly units: number
  readonly kind: 'let go' | 'settled'
}

/** Lets every step go that may, and settles it later. */
function play(sequence: readonly Step[], rate: number): readonly Holding[] {
  let now = 0
  const bucket = new TokenBucket(rate, now)
  const holdings: Holding[] = []
  const due: { readonly step: number; readonly difference: number }[] = []
  for (const [n, { pause, estimate, actual, after }] of sequence.entries()) {
    now += pause
    bucket.refill(now, estimate)
    for (const { step, difference } of due.splice(0)) {
      if (step > n) due.push({ step, difference })
      else {
        bucket.adjust(-difference)
        holdings.push({ at: now, units: difference, kind: 'settled' })
      }
    }
    if (!bucket.has(estimate)) continue
    bucket.take(estimate)
    holdings.push({ at: now, units: estimate, kind: 'let go' })
    due.push({ step: n + after, difference: actual - estimate })
  }
  return holdings
}

test('whenever something is let go, no span of time until then got more than it earned and the depth holds', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 2000 }), (sequence, rate) => {
      const holdings = play(sequence, rate)
      const depth = rate * 0.02 + 20
      for (const [from, first] of holdings.entries()) {
        let sum = 0
        for (const { at, units, kind } of holdings.slice(from)) {
          sum += units
          const earned = ((at - first.at) / 1000) * rate
          if (kind === 'let go' && sum > earned + depth + 1e-3) return false
        }
      }
      return true
    }),
  )
})

test('debt is paid before anything else is let go', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 500 }), (rate, debt) => {
      const bucket = new TokenBucket(rate, 0)
      bucket.refill(0, 1)
      const before = bucket.tokens
      bucket.adjust(-before - debt)
      const wait = bucket.wait(1)
      bucket.refill(wait - 1, 1)
      const early = bucket.has(1)
      bucket.refill(wait + 1, 1)
      assert.not(early && wait > 2)
      assert.ok(bucket.has(1))
      assert.ok(Math.abs(wait - ((debt + 1) / rate) * 1000) < 1)
    }),
  )
})

test('who comes back has the old place, and anyone can leave', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 1000 })),
      fc.array(fc.integer({ min: 0, max: 1000 })),
      (come, go) => {
        const fifo = new Fifo<{ arrival: number }>()
        const members = come.map((arrival) => ({ arrival }))
        for (const member of members) fifo.add(member)
        const left = members.filter((member) => !(go.includes(member.arrival) && fifo.remove(member)))
        const order: number[] = []
        for (let head = fifo.head; head; head = fifo.head) {
          order.push(head.arrival)
          fifo.remove(head)
        }
        assert.equal(
          order,
          left.map(({ arrival }) => arrival).sort((a, b) => a - b),
        )
      },
    ),
  )
})

test.run()
