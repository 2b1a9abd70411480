/**
 * A number for a new record that no record has yet, also where some were created with numbers of their own choice.
 *
 * Such numbers are met by the commit, which costs nothing where there are none. The repeated function then looks before it
 * takes a number, many at a time: numbers that were given by hand may stand in long rows.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import type { Generate } from '../model/generated.ts'
import { addressOf, keyOfRecord } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import { newRecord } from '../model/record.ts'
import { identityAt } from './record-identity.ts'
import type { Scope } from './scope.ts'

const LOOK_AHEAD = 100

/** What to create, number included. Throws for what could not be created under any number, before one is reserved. */
export async function withNextNumber(
  scope: Scope,
  model: AnyModel,
  input: unknown,
  generate: Generate,
): Promise<unknown> {
  const { numbered } = model.definition.generated
  if (!numbered) {
    throw invalidArgument(
      'model',
      `${model.name} has no number that counts up; use work.create, or generate: { … autoIncrement() } in its model.`,
    )
  }
  const { field, start } = numbered
  if (typeof input === 'object' && input !== null && (input as Record<string, unknown>)[field] !== undefined) {
    throw invalidArgument(
      field,
      `work.createNext gives ${model.name} its ${field}; leave it out, or use work.create to choose one.`,
    )
  }
  const { record } = newRecord(model, withField(input, field, start) as never, generate)
  const keyWith = (number: number) => addressOf(model, keyOfRecord(model, { ...record, [field]: number }))
  for (;;) {
    const number = await nextFreeNumber(scope, model, keyWith)
    // What this unit of work made of it by hand counts as well.
    const met = scope.stateOf(identityAt(model, keyWith(number)))
    if (!met || (met.fate === 'kept' && !met.isPresent && met.blind.length === 0))
      return withField(input, field, number)
  }
}

async function nextFreeNumber(
  { attempt }: Scope,
  model: AnyModel,
  keyWith: (number: number) => ReturnType<typeof addressOf>,
) {
  const number = await attempt.numbers.next(model)
  if (!attempt.isRepeated) return number
  for (let from = number; ; from += LOOK_AHEAD) {
    const candidates = Array.from({ length: LOOK_AHEAD }, (_, i) => from + i)
    const items = await attempt.read(candidates.map(keyWith))
    const free = candidates.find((_, i) => !items[i])
    if (free === number) return number
    if (free !== undefined) return attempt.numbers.next(model, free)
  }
}

/** A copy of the same kind, so that what is no plain object, or has a field named `__proto__`, is refused as such. */
function withField(input: unknown, field: string, number: number): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  return Object.create(Object.getPrototypeOf(input), {
    ...Object.getOwnPropertyDescriptors(input),
    [field]: { value: number, enumerable: true },
  })
}
