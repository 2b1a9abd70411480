/**
 * A process of its own for one candidate: no two share the optimiser's assumptions or a heap. It does what it is asked,
 * one question at a time.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Lane<Question, Answer> {
  readonly name: string
  ask(question: Question): Promise<Answer>
  close(): void
}

/** In the process: says that it is ready, then answers until the parent lets go. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question: Question) => void answer(question).then((answered) => process.send!(answered)))
  process.on('disconnect', () => process.exit())
  process.send!('ready')
}

/** Starts a program that calls `answerQuestions`, and waits until it is ready. */
export async function openLane<Question extends object, Answer>(
  name: string,
  program: URL,
  args: readonly string[],
): Promise<Lane<Question, Answer>> {
  const child = fork(fileURLToPath(program), [...args])
  await answerOf(name, child)
  return {
    name,
    async ask(question) {
      child.send(question)
      return (await answerOf(name, child)) as Answer
    },
    close: () => child.disconnect(),
  }
}

async function answerOf(name: string, child: ChildProcess): Promise<unknown> {
  const stop = new AbortController()
  const ended = once(child, 'exit', { signal: stop.signal }).then(([code]) =>
    Promise.reject(new Error(`${name} ended with code ${code}`)),
  )
  ended.catch(() => {})
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: stop.signal }), ended])) as [unknown]
    return message
  } finally {
    stop.abort()
  }
}
