/**
 * Fields that the engine fills in on create: random ids, ids that sort by time, and numbers that count up.
 *
 * What makes them lives elsewhere: the model takes no chance and asks no store.
 *
 * @module
 */
import { assertOptions } from '../arguments.ts'
import type { Encoded } from './check-value.ts'
import type { FieldValue } from './defaults.ts'
import type { Fields } from './fields.ts'
import { encodeField } from './key-part.ts'
import { isObject, type Refuse } from './refuse.ts'

export type GeneratedKind = 'uuid' | 'ulid'

/** Makes one id. */
export type Generate = (kind: GeneratedKind) => string

/** How numbers are reserved. */
export interface AutoIncrementOptions {
  /**
   * How many numbers one request reserves for this process. Reserved numbers that are not used, since the process ended,
   * are lost: a larger block saves requests and makes larger gaps. Default 1; creates that wait at the same time share a
   * request in any case.
   */
  readonly block?: number | undefined
  /** The smallest number to give out. Default 1. */
  readonly start?: number | undefined
}

/** Made by `autoIncrement`. */
export interface AutoIncrement {
  readonly kind: 'auto-increment'
  readonly block: number
  readonly start: number
}

/** What `generate` may say of each field. */
export type GeneratedBy<A> = {
  readonly [Field in A extends unknown ? keyof A & string : never]?: [FieldValue<A, Field>] extends [string]
    ? GeneratedKind
    : [FieldValue<A, Field>] extends [number]
      ? AutoIncrement
      : never
}

/** A number for a key field that `work.createNext` counts up: unique in the model, never given twice, not without gaps. */
export function autoIncrement(options: AutoIncrementOptions = {}): AutoIncrement {
  assertOptions(options, 'autoIncrement', ['block', 'start'])
  const { block = 1, start = 1 } = options
  return Object.freeze({ kind: 'auto-increment', block, start })
}

export interface Generators {
  readonly ids: ReadonlyMap<string, GeneratedKind>
  readonly numbered: { readonly field: string; readonly block: number; readonly start: number } | undefined
}

/** Fills in the ids that are absent. */
export function generateFields({ ids }: Generators, record: Record<string, unknown>, generate: Generate): void {
  for (const [name, kind] of ids) if (record[name] === undefined) record[name] = generate(kind)
}

interface Known {
  readonly fields: Fields
  readonly keyFields: readonly string[]
  readonly defaults: ReadonlyMap<string, unknown>
}

const samples = { uuid: '00000000-0000-4000-8000-000000000000', ulid: '01HX0000000000000000000000' } as const

/** What the author of a model wrote, checked against its schema. `refuse` throws. */
export function generatorsOf(given: unknown, known: Known, refuse: Refuse): Generators {
  const ids = new Map<string, GeneratedKind>()
  let numbered: Generators['numbered']
  if (given !== undefined && !isObject(given)) return refuse(`generate must be an object such as { id: 'ulid' }`)
  for (const [name, by] of Object.entries(given ?? {})) {
    if (!known.fields.has(name)) refuse(`generate names ${JSON.stringify(name)}, which is no field of the schema`)
    if (known.defaults.has(name)) refuse(`${name} has a default and is generated; choose one of them`)
    if (by === 'uuid' || by === 'ulid') {
      assertTakes(
        encodeField(known.fields, name, samples[by]),
        `generate.${name}: the field must take a string`,
        refuse,
      )
      ids.set(name, by)
      continue
    }
    if (!isAutoIncrement(by)) return refuse(`generate.${name} must be 'uuid', 'ulid' or autoIncrement()`)
    if (numbered) refuse('only one field can be counted up by autoIncrement()')
    if (!known.keyFields.includes(name)) refuse(`generate.${name}: only a field of the key can be counted up`)
    numbered = numberedBy(name, by, refuse)
    assertTakes(
      encodeField(known.fields, name, by.start),
      `generate.${name}: the field must take whole numbers`,
      refuse,
    )
  }
  return Object.freeze({ ids, numbered })
}

const isAutoIncrement = (by: unknown): by is AutoIncrement =>
  typeof by === 'object' && by !== null && (by as { readonly kind?: unknown }).kind === 'auto-increment'

function numberedBy(field: string, { block, start }: AutoIncrement, refuse: Refuse) {
  if (!Number.isSafeInteger(block) || block < 1 || block > 1_000_000) {
    refuse(`generate.${field}: block must be a whole number from 1 to 1,000,000`)
  }
  if (!Number.isSafeInteger(start) || start < 1) refuse(`generate.${field}: start must be a whole number, at least 1`)
  return Object.freeze({ field, block, start })
}

function assertTakes({ issues }: Encoded, what: string, refuse: Refuse): void {
  if (issues.length > 0) refuse(`${what}; it takes ${issues[0]!.expected}`)
}
