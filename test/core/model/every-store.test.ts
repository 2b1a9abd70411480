import * as fc from 'fast-check'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { levelStore } from '../../../adapters/level/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'
import { decodeItem } from '../../../core/model/record.ts'
import type { Store } from '../../../core/store/store.ts'
import { newDirectory, removeDirectories } from '../../adapters/level/directory.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { anyValues, sortedKeys } from './any-schema.ts'

const kinds: readonly (StoreKind | 'level')[] = [...storeKinds, 'level']
const open = (kind: (typeof kinds)[number]): Store =>
  kind === 'level' ? levelStore({ path: newDirectory() }) : openStore(kind)

const runs = { memory: 300, dynamodb: 100, level: 100 }

test.after(removeDirectories)

for (const kind of kinds) {
  test(`whatever a schema allows, at any depth, comes back as it was given (${kind})`, async () => {
    const store = open(kind)
    const table = `${tablePrefix()}-anything`
    const modelOf = (codec: t.Mixed) =>
      defineModel({
        name: 'Anything',
        table,
        key: { partition: 'id' },
        schema: t.type({ id: t.string, value: codec, list: t.array(t.type({ codec })) }),
      }) as AnyModel
    await createEngine({ store, models: [modelOf(t.string)] }).tables.create()
    let n = 0
    await fc.assert(
      fc.asyncProperty(anyValues, async ({ codec, first, second }) => {
        const model = modelOf(codec)
        const { unitOfWork } = createEngine({ store, models: [model] })
        const id = String(n++)
        const read = () => unitOfWork.run((work) => work.get(model, { id }))
        const given = { id, value: first, list: [{ codec: second }, { codec: first }] }
        await unitOfWork.run((work) => void work.create(model, given))
        assert.equal(await read(), given)
        await unitOfWork.run(async (work) => {
          work.change(await work.get(model, { id }), (draft) => {
            Object.assign(draft, { value: second })
          })
        })
        assert.equal(await read(), { ...given, value: second })
      }),
      { numRuns: runs[kind] },
    )
    await store.deleteTable(table)
  })

  test(`every type that can be a key finds its record, and sorts as it should (${kind})`, async () => {
    const store = open(kind)
    for (const { codec, values } of sortedKeys) {
      const Thing = defineModel({
        name: 'Thing',
        table: `${tablePrefix()}-things`,
        key: { partition: 'owner', sort: 'at' },
        schema: t.type({ owner: t.string, at: codec }),
      }) as AnyModel
      const { unitOfWork, tables } = createEngine({ store, models: [Thing] })
      await tables.create()
      await unitOfWork.run((work) => {
        for (const at of [...values].reverse()) work.create(Thing, { owner: 'ann', at })
      })
      for (const at of values) {
        assert.equal(await unitOfWork.run((work) => work.get(Thing, { owner: 'ann', at })), { owner: 'ann', at })
      }
      const partition = { attribute: 'owner', value: 'ann' }
      const page = await store.query({ table: Thing.table, partition, consistent: true, reverse: false })
      assert.equal(
        page.items.map((item) => decodeItem(Thing, item)['at']),
        values,
      )
      await store.deleteTable(Thing.table)
    }
  })
}

test.run()
