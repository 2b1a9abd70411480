/**
 * The versions of a model's schema and the steps between them, as data. What the steps do to an item: `migrate.ts`.
 *
 * A chain never forgets: version `n` has one schema and one step to `n + 1`, and the last schema is the model's own.
 *
 * @module
 */
import type * as t from 'io-ts'
import { assertOptions, invalidArgument, unexpected } from '../arguments.ts'
import type { AttributeMap } from '../data/attribute-value.ts'
import type { DeepReadonly } from './readonly.ts'

/** How a record of one version becomes one of the next, and back. */
export interface MigrationStep<From, To> {
  /**
   * The whole record of the next version. Gets the fields of the version before, decoded; attributes that its schema does
   * not name are kept as they are. Must not act elsewhere, and may run any number of times.
   */
  readonly up: (record: From) => To | DeepReadonly<To>
  /** The way back, for `migrations.run(model, { to })`. Without it there is none. */
  readonly down?: ((record: To) => From | DeepReadonly<From>) | undefined
}

/** Of a chain of schema versions: where it starts, and how items without `_m` are told apart. */
export interface VersionOptions {
  /** Of the first schema in the chain. Later than 1 once no older item is left and its step was dropped. Default 1. */
  readonly version?: number | undefined
  /**
   * Tells the version of items that do not say it by `_m`, for tables that have had several forms before. `undefined` where
   * it cannot tell, which is an error of the item. Default: such items are of version 1.
   */
  readonly detect?: ((item: AttributeMap) => number | undefined) | undefined
}

interface AnyStep {
  readonly up: (record: never) => unknown
  readonly down?: ((record: never) => unknown) | undefined
}

interface Parts {
  readonly first: number
  /** Tells the version of items that do not say it. */
  readonly detect: VersionOptions['detect']
  readonly schemas: readonly t.Mixed[]
  readonly steps: readonly AnyStep[]
}

/** Made by `migrationsFrom`. `Fields` is what the last schema decodes to. */
export class Migrations<Fields> implements Parts {
  /** Types only. */
  declare readonly _fields: Fields
  readonly first: number
  readonly detect: VersionOptions['detect']
  /** `schemas[i]` is of version `first + i`. */
  readonly schemas: readonly t.Mixed[]
  /** `steps[i]` leads from version `first + i` to the next. */
  readonly steps: readonly AnyStep[]

  constructor({ first, detect, schemas, steps }: Parts) {
    this.first = first
    this.detect = detect
    this.schemas = Object.freeze(schemas)
    this.steps = Object.freeze(steps)
    Object.freeze(this)
  }

  /** The version of the last schema: what records are written as. */
  get version(): number {
    return this.first + this.steps.length
  }

  /** The same chain with one version more. */
  to<Next extends t.Mixed>(schema: Next, step: MigrationStep<Fields, t.TypeOf<Next>>): Migrations<t.TypeOf<Next>> {
    const { first, detect, schemas, steps } = this
    if (typeof step?.up !== 'function' || !(step.down === undefined || typeof step.down === 'function')) {
      throw invalidArgument(
        'step',
        `The step to version ${this.version + 1} must be { up, down? }, functions from record to record.`,
      )
    }
    assertOptions(step, 'step', ['up', 'down'])
    return new Migrations({
      first,
      detect,
      schemas: [...schemas, schema],
      steps: [...steps, Object.freeze({ ...step })],
    })
  }
}

/**
 * A chain of schema versions that starts with this one, for `defineModel({ migrations })`. A schema of an old version tells
 * what was stored then: what may be absent in old items must be optional in it, also where the model has a default.
 *
 * ```ts
 * migrationsFrom(t.type({ id: t.string, name: t.string })).to(Person, {
 *   up: ({ name, ...rest }) => ({ ...rest, first: name.split(' ')[0]!, last: name.split(' ')[1] ?? '' }),
 *   down: ({ first, last, ...rest }) => ({ ...rest, name: `${first} ${last}` }),
 * })
 * ```
 */
export function migrationsFrom<Schema extends t.Mixed>(
  schema: Schema,
  options: VersionOptions = {},
): Migrations<t.TypeOf<Schema>> {
  assertOptions(options, 'migrationsFrom', ['version', 'detect'])
  const { version = 1, detect } = options
  if (!Number.isSafeInteger(version) || version < 1) throw unexpected('version', 'a positive integer', version)
  if (detect !== undefined && typeof detect !== 'function') {
    throw unexpected('detect', 'a function of the item', detect)
  }
  return new Migrations({ first: version, detect, schemas: [schema], steps: [] })
}
