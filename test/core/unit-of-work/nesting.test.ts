/** Nested units of work: they see their parent's changes, become part of it or vanish, and only the outermost commits. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { storeKinds } from '../../support/stores.ts'
import { ann, failsWith, failure, put, runsWhen, world } from './world.ts'

for (const kind of storeKinds) {
  test(`a nested unit of work sees its parent's changes and becomes part of it (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const paths: (readonly string[])[] = []
    await w.unitOfWork.run('outer', async (work) => {
      work.change(await work.get(w.Player, ann), put('energy', 5))
      await work.run('inner', async (sub) => {
        paths.push(sub.path)
        const player = await sub.get(w.Player, ann)
        assert.is(player.energy, 5)
        sub.change(player, put('energy', 4))
        sub.create(w.Reward, { player: 'ann', name: 'r' })
        await sub.run('innermost', async (deep) => {
          paths.push(deep.path)
          deep.change(await deep.get(w.Player, ann), put('level', 2))
        })
      })
      assert.is(w.watched.commits.length, 0)
      assert.is((await work.get(w.Player, ann)).energy, 4)
      assert.is((await work.get(w.Reward, { player: 'ann', name: 'r' })).points, 1)
    })
    assert.equal(paths, [
      ['outer', 'inner'],
      ['outer', 'inner', 'innermost'],
    ])
    assert.is(w.watched.onlyCommit().length, 2)
    const { energy, level } = await w.player()
    assert.equal([energy, level], [4, 2])
  })

  test(`one that throws leaves no writes, no callbacks and no deletions; its error is the caller's (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.given({ id: 'bob' })
    const mine = new Error('mine')
    let called = 0
    await w.unitOfWork.run(async (work) => {
      const player = work.change(await work.get(w.Player, ann), put('energy', 5))
      const thrown = await failure(
        work.run(async (sub) => {
          sub.change(await sub.get(w.Player, ann), put('energy', 1))
          sub.create(w.Reward, { player: 'ann', name: 'r' })
          sub.delete(w.Player, { id: 'bob' })
          sub.blind(w.Player, ann, (blind) => blind.increment('level', 1))
          sub.afterCommit(() => called++)
          await sub.run((deep) => deep.create(w.Reward, { player: 'ann', name: 's' }))
          throw mine
        }),
      )
      assert.is(thrown, mine)
      assert.is(await work.get(w.Player, ann), player)
      assert.is(await work.find(w.Reward, { player: 'ann', name: 'r' }), undefined)
      assert.ok(await work.find(w.Player, { id: 'bob' }))
    })
    assert.is(called, 0)
    const { energy, level } = await w.player()
    assert.equal([energy, level], [5, 1])
    assert.ok(await w.stored('bob'))
    assert.is(await w.storedReward('ann', 's'), undefined)
  })

  test(`what a rolled-back one read stays guarded (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 50)),
      async (work) => {
        const tired = await work
          .run(async (sub) => {
            if ((await sub.get(w.Player, ann)).energy < 20) throw new Error('tired')
          })
          .then(
            () => false,
            () => true,
          )
        work.create(w.Reward, { player: 'ann', name: tired ? 'rest' : 'race' })
      },
    )
    assert.is(runs, 2)
    assert.ok(await w.storedReward('ann', 'race'))
  })

  test(`unitOfWork.run anywhere inside a running one is nested (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const deepInside = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return w.unitOfWork.run('deep', async (work) => {
        work.change(await work.get(w.Player, ann), (draft) => {
          draft.energy--
        })
        return work.path
      })
    }
    await w.unitOfWork.run('outer', async (work) => {
      assert.equal(await deepInside(), ['outer', 'deep'])
      await work.run('middle', async () => assert.equal(await deepInside(), ['outer', 'middle', 'deep']))
      assert.is(w.watched.commits.length, 0)
      assert.is((await work.get(w.Player, ann)).energy, 8)
    })
    assert.is(w.watched.commits.length, 1)
    assert.equal(await deepInside(), ['deep'])
    assert.is((await w.player()).energy, 7)
  })

  test(`an independent one commits by itself, whatever becomes of the one around it (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await failure(
      w.unitOfWork.run(async (work) => {
        work.change(await work.get(w.Player, ann), put('energy', 5))
        await work.run(
          async (other) => {
            assert.is((await other.get(w.Player, ann)).energy, 10)
            other.create(w.Reward, { player: 'ann', name: 'log' })
          },
          { propagation: 'independent' },
        )
        await w.unitOfWork.run((other) => other.create(w.Reward, { player: 'ann', name: 'log 2' }), {
          propagation: 'independent',
        })
        throw new Error('never mind')
      }),
    )
    assert.is((await w.player()).energy, 10)
    assert.ok((await w.storedReward('ann', 'log')) && (await w.storedReward('ann', 'log 2')))
  })

  test(`afterCommit is called once, after the commit, for the attempt that was committed (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const calls: string[] = []
    let attempt = 0
    const stored = async () => (await w.stored())!['energy']
    await runsWhen(
      w,
      () => w.change(put('energy', 5)),
      async (work) => {
        attempt++
        work.afterCommit(async () => calls.push(`outer ${attempt} ${await stored()}`))
        work.change(await work.get(w.Player, ann), (draft) => {
          draft.energy++
        })
        await work.run((sub) => sub.afterCommit(() => calls.push(`inner ${attempt}`)))
      },
    )
    assert.equal(calls, ['outer 2 6', 'inner 2'])
  })
}

test('a child may look at an old record that its parent has changed since', async () => {
  // It was taken for the state that the child began with, so that the parent's own change looked like a sibling's.
  const w = await world('memory')
  await w.given()
  await w.unitOfWork.run(async (work) => {
    const player = await work.get(w.Player, ann)
    work.change(player, put('energy', 5))
    await work.run((sub) => sub.create(w.Reward, { player: 'ann', name: `had ${player.energy}` }))
  })
  assert.ok(await w.storedReward('ann', 'had 10'))
})

test('a change is not lost where child and parent changed the record blindly before it was loaded', async () => {
  // The child's base had not been loaded, so that what its draft changed could not be told and was dropped in silence.
  const w = await world('memory')
  await w.given()
  await w.unitOfWork.run(async (work) => {
    work.blind(w.Player, ann, (blind) => blind.increment('energy', 1))
    await work.run(async (sub) => {
      sub.blind(w.Player, ann, (blind) => blind.increment('energy', 1))
      sub.change(await sub.get(w.Player, ann), put('name', 'Anna'))
    })
  })
  const { name, energy } = await w.player()
  assert.equal([name, energy], ['Anna', 12])
})

test('a nested one that is still running when its parent returns is an error, and nothing is written', async () => {
  const w = await world('memory')
  await w.given()
  let stray: Promise<unknown> | undefined
  await failsWith(
    w.unitOfWork.run(async (work) => {
      work.change(await work.get(w.Player, ann), put('energy', 1))
      stray = work.run(async (sub) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        sub.change(await sub.get(w.Player, ann), put('energy', 2))
      })
    }),
    'CLOSED',
  )
  await Promise.allSettled([stray])
  assert.is(w.watched.commits.length, 0)
})

test('what a nested one left running starts units of work in the one around it', async () => {
  // It became a unit of work of its own, which committed whatever became of the one around it.
  const w = await world('memory')
  await w.given()
  await failure(
    w.unitOfWork.run('outer', async (work) => {
      let later: Promise<readonly string[]> | undefined
      await work.run('ended', () => {
        later = new Promise((resolve) => setTimeout(resolve, 5)).then(() =>
          w.unitOfWork.run('late', (late) => {
            late.create(w.Reward, { player: 'ann', name: 'late' })
            return late.path
          }),
        )
      })
      assert.equal(await later, ['outer', 'late'])
      throw new Error('never mind')
    }),
  )
  assert.is(await w.storedReward('ann', 'late'), undefined)
})

test('a callback that fails does not undo the commit, nor keep the others from being called', async () => {
  const w = await world('memory')
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  let called = 0
  const result = await w.unitOfWork.run((work) => {
    work.create(w.Player, { ...ann, name: 'Ann' })
    work.afterCommit(() => {
      throw new Error('callback')
    })
    work.afterCommit(() => called++)
    return 'done'
  })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  assert.is(result, 'done')
  assert.is(called, 1)
  assert.ok(await w.stored())
  assert.ok(warnings.some(({ name }) => name === 'DraftworkWarning'))
})

test('a unit of work inside a callback is one of its own', async () => {
  const w = await world('memory')
  let path: readonly string[] = []
  await w.unitOfWork.run('outer', (work) => {
    work.afterCommit(() =>
      w.unitOfWork.run('after', (next) => {
        path = next.path
        next.create(w.Reward, { player: 'ann', name: 'after' })
      }),
    )
  })
  assert.equal(path, ['after'])
  assert.ok(await w.storedReward('ann', 'after'))
})

test('another engine’s unit of work inside this one is not part of it', async () => {
  const w = await world('memory')
  await failure(
    w.unitOfWork.run(async () => {
      await w.others.run((work) => work.create(w.Player, { ...ann, name: 'Ann' }))
      throw new Error('never mind')
    }),
  )
  assert.ok(await w.stored())
})

test('with another engine’s unit of work in between, one is nested all the same', async () => {
  // Only the innermost unit of work was looked at: of another engine, it hid the one around it, and the inner one committed.
  const w = await world('memory')
  let path: readonly string[] = []
  const thrown = await failure(
    w.unitOfWork.run('outer', async (work) => {
      work.create(w.Player, { ...ann, name: 'Ann' })
      await w.others.run('other', () =>
        w.unitOfWork.run('inner', async (sub) => {
          path = sub.path
          assert.is((await sub.get(w.Player, ann)).name, 'Ann')
          sub.create(w.Reward, { player: 'ann', name: 'inner' })
        }),
      )
      throw new Error('never mind')
    }),
  )
  assert.is((thrown as Error).message, 'never mind')
  assert.equal(path, ['outer', 'inner'])
  assert.is(await w.storedReward('ann', 'inner'), undefined)
})

test('the outer unit of work is refused within a nested one, where its changes would escape a rollback', async () => {
  // They stayed where the nested one threw, and met its own changes as if both had run at once.
  const w = await world('memory')
  await w.given({ energy: 10 })
  await w.unitOfWork.run('outer', async (work) => {
    const player = await work.get(w.Player, ann)
    const nested = work.run('inner', () => void work.change(player, put('energy', player.energy - 1)))
    const { message, payload } = await failsWith(nested, 'INVALID_ARGUMENT')
    assert.is(payload.argument, 'work')
    assert.match(message, 'The unit of work outer was used within outer/inner')
    // Beside a nested one it goes on as before.
    await Promise.all([work.run('beside', async (sub) => void (await sub.get(w.Player, ann))), work.get(w.Player, ann)])
    await w.unitOfWork.run('alone', () => work.get(w.Player, ann), { propagation: 'independent' })
  })
  assert.is((await w.player()).energy, 10)
})

test('options that a nested one cannot keep are refused, however it is begun', async () => {
  const w = await world('memory')
  await w.unitOfWork.run(async (work) => {
    const begin = [
      (options: object) => work.run('inner', () => 1, options),
      (options: object) => w.unitOfWork.run('inner', () => 1, options),
    ]
    for (const run of begin) {
      await failsWith(run({ idempotencyKey: 'k' }), 'INVALID_ARGUMENT')
      await failsWith(run({ guard: 'banana' }), 'INVALID_ARGUMENT')
      await failsWith(run({ signal: 'no' }), 'INVALID_ARGUMENT')
      assert.is(await run({ idempotencyKey: `k${begin.indexOf(run)}`, propagation: 'independent' }), 1)
    }
  })
})

test('a look of a nested one is its own, also inside of another engine’s unit of work', async () => {
  // It was taken for its parent's, and the changes that it rested on were merged with a sibling's.
  const w = await world('memory')
  await w.given({ energy: 10 })
  const error = await failsWith(
    w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      await Promise.all([
        work.run('looks', async (sub) => {
          const energy = await w.others.run(async () => player.energy)
          await new Promise((resolve) => setTimeout(resolve, 5))
          sub.change(player, put('rank', energy))
        }),
        work.run('tires', (sub) => void sub.change(player, put('energy', 9))),
      ])
    }),
    'CONFLICT',
  )
  assert.equal(
    error.payload.conflicts.map(({ path }) => path),
    ['energy'],
  )
})

test.run()
