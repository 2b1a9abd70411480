/** Stories of erasing: what goes for good, whoever interferes, and what is told of what came later. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore, storeKinds } from '../../support/stores.ts'
import { failsWith } from '../unit-of-work/world.ts'
import { bank } from './account.ts'

const told = (events: readonly { version: number; erased: boolean; changes: unknown }[]) =>
  events.map(({ version, erased, changes }) => [version, erased, changes])

for (const kind of storeKinds) {
  // Once they had left the tail, increments had no changes forwards, and versions between an erasure and the next image of
  // the record could not be had.
  test(`what came after an erasure is told in both directions, sealed or not (${kind})`, async () => {
    const w = await bank(openStore(kind), { history: { entries: 3 } })
    await w.open()
    await w.history.erase(w.Account, w.key)
    for (let i = 0; i < 8; i++) {
      await w.unitOfWork.run(async (work) => {
        await work.get(w.Account, w.key)
        work.blind(w.Account, w.key, (blind) => blind.increment('visits', 5))
      })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const forwards = await w.history.of(w.Account, w.key).toArray()
    assert.equal(told(forwards), [
      [1, true, []],
      ...[2, 3, 4, 5, 6, 7, 8, 9].map((version) => [
        version,
        false,
        [{ path: 'visits', old: version === 2 ? undefined : (version - 2) * 5, new: (version - 1) * 5 }],
      ]),
    ])
    assert.equal((await w.history.of(w.Account, w.key, { reverse: true }).toArray()).reverse(), forwards)
    for (const version of [1, 2, 5, 9]) {
      const then = await w.history.at(w.Account, w.key, { version })
      assert.is(then?.visits, version === 1 ? undefined : (version - 1) * 5)
    }
    await w.history.erase(w.Account, w.key)
    await failsWith(w.history.at(w.Account, w.key, { version: 2 }), 'RECORD_NOT_FOUND')
  })
}

test.run()
