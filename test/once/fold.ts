/**
 * Histories folded by what their events say and nothing else: each change must have replaced what was there, and the end of
 * it must be what is stored.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { AnyModel, Engine, KeyOf } from 'draftwork'
import * as assert from 'uvu/assert'

/** Paths of these models are names of attributes, or of one inside of another. */
type Values = Record<string, unknown>

/** Folds a record's history, whose end is `stored`, and resolves to the ids of its commits in their order. */
export async function expectFolded<M extends AnyModel>(
  { history }: Engine,
  model: M,
  key: KeyOf<M>,
  stored: object | undefined,
): Promise<readonly string[]> {
  const name = `${model.name} ${JSON.stringify(key)}`
  const commits: string[] = []
  let state: Values | undefined
  let version = 0
  for await (const event of history.of(model, key)) {
    if (event.kind === 'created') {
      assert.is(state, undefined, `${name} was created twice`)
      version = 0
      state = {}
    }
    assert.is(event.version, version + 1, `${name} has a gap`)
    version = event.version
    for (const { path, old, new: now } of event.changes) {
      assert.ok(isDeepStrictEqual(state?.[path], old), `${name}, version ${version}: ${path} was not what was replaced`)
      if (state && now === undefined) delete state[path]
      else if (state) state[path] = now
    }
    if (event.kind === 'deleted') state = undefined
    assert.not(commits.includes(event.commitId), `${name} has commit ${event.commitId} twice`)
    commits.push(event.commitId)
  }
  assert.equal(state, stored, `${name} is not what its history leads to`)
  assert.equal((await history.verify(model, key)).problems, [], name)
  return commits
}
