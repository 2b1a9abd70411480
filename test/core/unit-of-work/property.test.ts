/** Laws of units of work, on random records and random recipes. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, watchedStore } from '../../support/watched-store.ts'
import { anyEdits, applied, drafted, recipes, settled, type Tree, tree, treeModel } from './trees.ts'
import { hurried } from './world.ts'

const runs: Record<StoreKind, number> = { memory: 200, dynamodb: 30 }

async function forest(kind: StoreKind) {
  const Tree = treeModel(`${tablePrefix()}-trees`)
  const store = openStore(kind)
  const watched = watchedStore(store)
  const { unitOfWork, tables } = createEngine({ store: watched, models: [Tree], environment: hurried(31) })
  const others = createEngine({ store, models: [Tree], environment: hurried(32) }).unitOfWork
  await tables.create()
  let n = 0
  return {
    Tree,
    watched,
    unitOfWork,
    others,
    read: (id: string) => others.run((work) => work.get(Tree, { id })),
    /** A new record, and its plain copy as it is read. */
    async plant(fields: Omit<Tree, 'id'>): Promise<Tree> {
      const id = `tree ${n++}`
      await others.run((work) => work.create(Tree, { ...fields, id } as never))
      return structuredClone(await others.run((work) => work.get(Tree, { id }))) as Tree
    },
  }
}

for (const kind of storeKinds) {
  const shared = forest(kind)

  test(`a record is read back as it was created (${kind})`, async () => {
    const { plant } = await shared
    await fc.assert(
      fc.asyncProperty(tree, async (fields) => {
        const planted = await plant(fields)
        assert.equal(settled(planted), settled({ ...fields, id: planted.id }))
      }),
      { numRuns: runs[kind] },
    )
  })

  test(`a recipe has the effect that it has on a plain object (${kind})`, async () => {
    const { Tree, plant, unitOfWork, read } = await shared
    await fc.assert(
      fc.asyncProperty(tree, anyEdits, anyEdits, async (fields, first, second) => {
        const plain = await plant(fields)
        const { id } = plain
        const promised = await unitOfWork.run(async (work) => {
          for (const edits of [...recipes(first), ...recipes(second)]) {
            work.change(await work.get(Tree, { id }), (draft) => {
              drafted(edits, draft as never)
            })
          }
          return work.get(Tree, { id })
        })
        applied([...first, ...second], plain)
        assert.equal(settled(await read(id)), settled(plain))
        assert.equal(settled(promised), settled(plain))
      }),
      { numRuns: runs[kind] },
    )
  })

  test(`two units of work at once on two records are as one after the other (${kind})`, async () => {
    const { Tree, plant, unitOfWork, others, read, watched } = await shared
    const act = fc.array(fc.tuple(fc.nat(1), anyEdits), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(tree, tree, act, act, async (left, right, mine, theirs) => {
        const plain = [await plant(left), await plant(right)]
        const serial = (acts: readonly (typeof mine)[]) => {
          const copy = structuredClone(plain)
          const saw = acts.map((each) => each.flatMap(([place, edits]) => applied(edits, copy[place]!)))
          return { saw, after: settled(copy) }
        }
        const run = async (runner: typeof unitOfWork, acts: typeof mine) => {
          let saw: unknown[] = []
          await runner.run(async (work) => {
            saw = []
            for (const [place, edits] of acts) {
              for (const recipe of recipes(edits)) {
                work.change(await work.get(Tree, { id: plain[place]!.id }), (draft) => {
                  saw.push(...drafted(recipe, draft as never))
                })
              }
            }
          })
          return saw
        }
        let theySaw: unknown[] | undefined
        const interfere = meanwhile(async () => {
          theySaw = await run(others, theirs)
        })
        watched.forget()
        watched.twist(interfere)
        const iSaw = await run(unitOfWork, mine)
        // Nothing was to be committed, so nobody came in between.
        if (watched.commits.length === 0) return
        const result = { iSaw, theySaw, after: settled(await Promise.all(plain.map(({ id }) => read(id)))) }
        const first = serial([mine, theirs])
        const last = serial([theirs, mine])
        const orders = [
          { iSaw: first.saw[0], theySaw: first.saw[1], after: first.after },
          { iSaw: last.saw[1], theySaw: last.saw[0], after: last.after },
        ]
        const text = fc.stringify(result)
        assert.ok(
          orders.some((order) => sameValue(order, result)),
          `neither order gives ${text}: ${orders.map(fc.stringify).join(' / ')}`,
        )
      }),
      { numRuns: runs[kind] * 2 },
    )
  })
}

function sameValue(a: unknown, b: unknown): boolean {
  try {
    assert.equal(a, b)
    return true
  } catch {
    return false
  }
}

test.run()
