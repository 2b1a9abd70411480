/**
 * What may come of a call with a wrong argument: it is accepted, or it ends in a typed error, or in what the argument
 * itself threw. Never in an error from inside, in a commit that was sent for nothing, or in silence.
 *
 * @module
 */
import { isEngineError } from 'draftwork'
import * as assert from 'uvu/assert'
import type { World } from './calls.ts'
import { CallersError } from './hostile.ts'

/** Only the store can know these, so they may come after something was sent. */
const fromStore = ['OUT_OF_BOUNDS', 'RECORD_NOT_FOUND', 'RECORD_EXISTS', 'CONFLICT']

const PATIENCE_MS = 5000

/** True where it was accepted. */
export async function judged(call: () => unknown, world: World | undefined, what: string): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const hang = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('hangs')), PATIENCE_MS)
  })
  try {
    await Promise.race([(async () => call())(), hang])
    return true
  } catch (thrown) {
    if (!isCallers(thrown) && !isEngineError(thrown)) {
      throw new Error(`${what} ended in an error from inside`, { cause: thrown })
    }
    const sent = world?.store.commits.length ?? 0
    if (sent > 0 && !(isEngineError(thrown) && fromStore.includes(thrown.code))) {
      throw new Error(`${what} was sent before it was refused`, { cause: thrown })
    }
    return false
  } finally {
    clearTimeout(timer)
    assert.is(({} as Record<string, unknown>)['polluted'], undefined, 'Object.prototype was changed')
    assert.equal(Object.keys(Object.prototype), [])
  }
}

/** Its own, or what JavaScript throws for what the value is: a proxy without a target, a class that is called. */
const isCallers = (thrown: unknown): boolean =>
  thrown instanceof CallersError ||
  (thrown instanceof TypeError && /proxy that has been revoked|^Class constructor/.test(thrown.message))
