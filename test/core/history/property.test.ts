/**
 * Laws of histories: whatever was done to a record, in whichever way and however early tails are sealed, every version can be
 * had as it was, by number and by time, and both directions tell the same.
 */
import { isEngineError, type UnitOfWork } from 'draftwork'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { hurried } from '../unit-of-work/world.ts'
import { bank } from './account.ts'

const tag = fc.constantFrom('x', 'y', 'z')
const small = fc.integer({ min: -3, max: 3 })

const act = fc.oneof(
  fc.record({ does: fc.constant('change' as const), balance: small, note: fc.option(fc.string({ maxLength: 5 })) }),
  fc.record({ does: fc.constant('tags' as const), add: tag, drop: tag }),
  fc.record({ does: fc.constant('blind' as const), by: small, add: tag, drop: fc.option(tag), log: fc.boolean() }),
  fc.record({ does: fc.constant('deposit' as const), amount: small, tag }),
  fc.record({ does: fc.constant('push' as const), text: fc.string({ maxLength: 3 }) }),
  fc.record({ does: fc.constant('move' as const), city: fc.string({ maxLength: 3 }) }),
  fc.record({ does: fc.constant('large' as const), size: fc.constantFrom(9_000, 20_000) }),
  fc.constant({ does: 'delete' as const }),
  fc.constant({ does: 'replace' as const }),
)
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never

type Bank = Awaited<ReturnType<typeof bank>>

const perform = (w: Bank, each: Act) => async (work: UnitOfWork) => {
  const { Account, key } = w
  if (each.does === 'blind') {
    work.blind(Account, key, (blind) => {
      blind.increment('balance', each.by)
      blind.increment('visits', 1)
      blind.add('tags', each.add)
      if (each.log) blind.append('log', each.add)
    })
    if (each.drop !== null && each.drop !== each.add) {
      const { drop } = each
      await w.unitOfWork.run((own) => own.blind(Account, key, (blind) => blind.remove('tags', drop)), {
        propagation: 'independent',
      })
    }
    return
  }
  const found = await work.find(Account, key)
  if (!found) return void work.create(Account, { ...key, balance: 1, tags: new Set(['x']) })
  if (each.does === 'delete') return work.delete(found)
  if (each.does === 'replace') {
    work.delete(found)
    work.create(Account, { ...key, note: 'new' })
    return
  }
  if (each.does === 'deposit') {
    const next = work.apply(found, Account.events.Deposited({ amount: each.amount }))
    work.apply(next, Account.events.Tagged({ tag: each.tag }))
    return
  }
  work.change(found, (draft) => {
    switch (each.does) {
      case 'change':
        draft.balance += each.balance
        if (each.note === null) delete draft.note
        else draft.note = each.note
        return
      case 'tags':
        draft.tags.add(each.add)
        draft.tags.delete(each.drop)
        return
      case 'push':
        draft.log = [...(draft.log ?? []), each.text]
        return
      case 'move':
        draft.home.city = each.city
        return
      case 'large':
        draft.note = 'l'.repeat(each.size)
        return
      default:
        return each satisfies never
    }
  })
}

const ranges = [
  [1, 1],
  [2, 5],
  [1, 12],
  [7, 9],
  [10, 40],
] as const

const engineOwn = ({ _v, _h, _g, ...own }: Readonly<Record<string, unknown>>) => own

test('every version is what it was, by number and by time, in both directions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), async (acts, entries) => {
      let now = Date.UTC(2030, 0, 1)
      const store = memoryStore({ now: () => now })
      const w = await bank(store, { history: { entries }, environment: { ...hurried(entries), now: () => now } })
      const seen: { readonly at: number; readonly item: Readonly<Record<string, unknown>> | undefined }[] = []
      await w.open()
      for (const each of acts) {
        seen.push({ at: now, item: await w.stored() })
        now += 1000
        await w.unitOfWork.run(perform(w, each)).catch((error) => {
          if (!isEngineError(error, 'RECORD_NOT_FOUND')) throw error
        })
      }
      seen.push({ at: now, item: await w.stored() })
      await new Promise((resolve) => setTimeout(resolve))
      assert.equal(await w.history.verify(w.Account, w.key), {
        ok: true,
        versions: (await w.history.verify(w.Account, w.key)).versions,
        problems: [],
      })
      for (const { at, item } of seen) {
        const found = await w.history.at(w.Account, w.key, { time: new Date(at) })
        const expected = item && { tags: new Set(), ...engineOwn(item) }
        assert.equal(found && { ...found }, expected, `at ${at}`)
        if (!item) continue
        const [version, generation] = [Number(item['_v']), String(item['_g'])]
        const same = await w.history.at(w.Account, w.key, { version, generation })
        assert.equal({ ...same }, expected, `version ${version} of ${generation}`)
      }
      const forwards = await w.history.of(w.Account, w.key).toArray()
      const backwards = await w.history.of(w.Account, w.key, { reverse: true }).toArray()
      assert.equal(backwards.reverse(), forwards)
      for (const generation of new Set(forwards.map((each) => each.generation))) {
        const life = forwards.filter((each) => each.generation === generation)
        for (const [from, to] of ranges) {
          const part = life.filter(({ version }) => version >= from && version <= to)
          for (const reverse of [false, true]) {
            const found = await w.history.of(w.Account, w.key, { from, to, generation, reverse }).toArray()
            assert.equal(reverse ? found.reverse() : found, part, `${from} to ${to}, reverse ${reverse}`)
          }
        }
      }
      await w.close()
    }),
    { numRuns: 120, seed: 4711 },
  )
})

test.run()
