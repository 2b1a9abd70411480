/**
 * The parent's side of a candidate's process.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Measured {
  readonly operations: number
  /** Of CPU, all threads of the process. */
  readonly microseconds: number
  readonly requests: number
}

/** Ends at whichever comes first. */
export interface Slice {
  readonly milliseconds: number
  readonly operations: number
}

export interface Lane {
  readonly name: string
  run(slice: Slice): Promise<Measured>
  close(): void
}

const program = fileURLToPath(new URL('./lane-process.js', import.meta.url))

/** `module` is the candidate's file. */
export async function openLane(name: string, module: URL): Promise<Lane> {
  const child = fork(program, [module.href])
  await answerOf(name, child)
  return {
    name,
    async run(slice) {
      child.send(slice)
      return (await answerOf(name, child)) as Measured
    },
    close: () => child.disconnect(),
  }
}

async function answerOf(name: string, child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with code ${code}`)))
  ended.catch(() => {})
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
  return message
}
