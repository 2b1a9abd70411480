/**
 * One life of a worker: a child process that is killed at a moment of the test's choice, or left to finish.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bundleWorker } from './bundle.ts'
import type { Orders } from './worker.ts'

const program = await bundleWorker()

interface Life {
  kill(): void
  /** All it said, and whether it was killed. A line that was cut off was not said. */
  readonly ended: Promise<{ readonly lines: readonly string[]; readonly killed: boolean }>
}

/** `heard` is called for each line as it comes. */
export function live(orders: Orders, heard: (line: string) => void = () => {}): Life {
  const child = spawn(process.execPath, [program, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  createInterface({ input: child.stdout }).on('line', (line) => heard(line))
  const closed = once(child, 'close').then(([code, signal]) => {
    lines.push(...output.split('\n').slice(0, -1))
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`A worker ended with ${code ?? signal}: ${lines.at(-1)}`)
    return { lines, killed: signal === 'SIGKILL' }
  })
  return { kill: () => void child.kill('SIGKILL'), ended: closed }
}
