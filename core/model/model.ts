/**
 * A model: what records of one kind are, where they are stored and under which key.
 *
 * @module
 */
import type * as t from 'io-ts'
import type { Default } from './defaults.ts'
import { checkDefinition, type Definition } from './definition.ts'
import { type DomainEvent, type EventOptions, eventMakers } from './domain-event.ts'
import type { AutoIncrement, GeneratedBy } from './generated.ts'
import type { TemplateFields } from './key-template.ts'
import type { Migrations } from './migrations.ts'
import type { DeepReadonly, Draft } from './readonly.ts'
import { type Shape, shapeOf } from './shape.ts'

/** Made by `defineModel`. `Fields` is what the schema decodes to; the others are names of its fields. */
export interface Model<
  Fields extends object,
  KeyFields extends PropertyKey,
  DefaultedFields extends PropertyKey,
  // biome-ignore lint/suspicious/noExplicitAny: any key
  Key = any,
  // biome-ignore lint/suspicious/noExplicitAny: any indexes
  Indexes = any,
  Payloads = unknown,
  NumberedField extends PropertyKey | undefined = undefined,
> {
  readonly name: string
  readonly table: string
  /** Of the schema: the last in `migrations`, 1 without any. */
  readonly version: number
  /** One function for each domain event: `work.apply(account, Account.events.Deposited({ amount: 5 }))`. */
  readonly events: {
    readonly [Name in keyof Payloads & string]: (payload: Payloads[Name]) => DomainEvent<Fields, Name, Payloads[Name]>
  }
  /** How records and their items line up. */
  readonly shape: Shape
  /** For the engine. */
  readonly definition: Definition

  /** Types only, as in io-ts: these properties have no value. */
  readonly _fields: Fields
  readonly _keyFields: KeyFields
  readonly _defaultedFields: DefaultedFields
  readonly _key: Key
  readonly _indexes: Indexes
  readonly _payloads: Payloads
  readonly _numberedField: NumberedField
}

/** Any model, where its types do not matter. */
// biome-ignore lint/suspicious/noExplicitAny: any model
export type AnyModel = Model<any, any, any, any, any, any, any>

/** Payloads of a model's domain events by name. */
export type EventsOf<M extends AnyModel> = M['_payloads']

/** A record as it is read: read-only all the way down. */
export type RecordOf<M extends AnyModel> = DeepReadonly<M['_fields']>

/** What finds a record: its key fields. */
export type KeyOf<M extends AnyModel> = { readonly [Field in M['_keyFields']]: M['_fields'][Field] }

/** What a record is created from: its fields, of which those with a default may be left out. */
export type NewRecord<M extends AnyModel> = NewFields<M['_fields'], M['_defaultedFields']>

type NewFields<A, DefaultedFields extends PropertyKey> = A extends unknown
  ? { readonly [Field in keyof A as Exclude<Field & string, DefaultedFields>]: DeepReadonly<A[Field]> } & {
      readonly [Field in keyof A & DefaultedFields & string]?: DeepReadonly<A[Field]> | undefined
    }
  : never

/** A model whose key has a number that the engine gives: `generate: { id: autoIncrement() }`. */
// biome-ignore lint/suspicious/noExplicitAny: any model with a numbered field
export type NumberedModel = AnyModel & Model<any, any, any, any, any, any, string>

/** What a record with the next number is created from: all but the number. */
export type NextRecord<M extends AnyModel> = NewFields<
  DistributedOmit<M['_fields'], M['_numberedField']>,
  M['_defaultedFields']
>

type DistributedOmit<A, Field extends PropertyKey> = A extends unknown
  ? { [Name in keyof A as Exclude<Name, Field>]: A[Name] }
  : never

/** What a recipe gets to change: a record, mutable all the way down. */
export type DraftOf<M extends AnyModel> = Draft<M['_fields']>

/** Any io-ts codec of an object, such as `t.type`, `t.intersection` or a union of those. */
interface ObjectSchema extends t.Mixed {
  readonly _A: ObjectWithFields
}
type ObjectWithFields = object & { readonly [Symbol.iterator]?: never }

/** Any text while the schema is not known yet: see `Default`. */
export type FieldName<A> = object extends A ? string : A extends unknown ? keyof A & string : never

/** A key attribute made of fields, for tables that hold several models: `{ attribute: 'pk', template: 'USER#${user}' }`. */
interface KeyTemplate {
  readonly attribute: string
  readonly template: string
}

/** The fields that a key part is made of. */
export type KeyPartFields<Part> = Part extends string
  ? Part
  : Part extends { readonly template: infer Text extends string }
    ? TemplateFields<Text>
    : never

/** Nothing where all placeholders are fields; else a property that TypeScript misses, whose name tells what is wrong. */
type CheckTemplate<Part, A> = [Part] extends [KeyTemplate]
  ? string extends Part['template']
    ? { readonly 'the template must be a literal, so that its fields are known': never }
    : [Exclude<TemplateFields<Part['template']>, keyof A>] extends [never]
      ? unknown
      : {
          readonly [Problem in `${Exclude<TemplateFields<Part['template']>, keyof A> & string} is no field of the schema`]: never
        }
  : unknown

/** A secondary index: its keys are fields, or templates whose attributes the engine keeps right and hides. */
export interface IndexOptions<Field extends string> {
  readonly partition: Field | KeyTemplate
  readonly sort?: Field | KeyTemplate
  /** `local` shares the partition of the model's key and can be read consistently. Default `global`. */
  readonly kind?: 'global' | 'local'
  /** What entries hold: whole records, only key fields, or these fields beside them. Default `all`. */
  readonly projection?: 'all' | 'keys' | readonly Field[]
}

/** Nothing where all is well; else properties that TypeScript misses. */
type CheckIndexes<Indexes, A> = {
  readonly [Name in keyof Indexes]: CheckTemplate<PropertyOf<Indexes[Name], 'partition'>, A> &
    CheckTemplate<PropertyOf<Indexes[Name], 'sort'>, A> & {
      readonly [Option in Exclude<keyof Indexes[Name], keyof IndexOptions<string>>]: never
    }
}
type PropertyOf<A, Name extends string> = A extends { readonly [N in Name]: infer V } ? V : never

/** The indexes of a model by name, as they were defined. */
export type IndexesOf<M extends AnyModel> = M['_indexes']

/** The definition of a kind of records: what they are, where they are, and what is kept of their past. */
export interface ModelOptions<
  Schema extends ObjectSchema,
  Partition,
  Sort,
  DefaultedFields extends FieldName<Schema['_A']>,
  Indexes = unknown,
  Payloads = unknown,
  Generated = unknown,
> {
  /** Of the kind of record, for people and for histories: keep it when the code's names change. */
  readonly name: string
  readonly table: string
  /** Names of fields that are the key attributes themselves, or templates. */
  readonly key: {
    readonly partition: Partition & CheckTemplate<Partition, Schema['_A']>
    readonly sort?: Sort & CheckTemplate<Sort, Schema['_A']>
  }
  /** An attribute that tells the models of one table apart. Default: `_t` with the model's name, if a key is a template. */
  readonly type?: { readonly attribute: string; readonly value: string }
  readonly schema: Schema
  /** Secondary indexes by name. A record that lacks a field of an index's keys is absent from it. */
  readonly indexes?: Indexes & CheckIndexes<Indexes, Schema['_A']>
  /**
   * The field that holds when a record expires, stored as seconds since 1970. DynamoDB drops expired records some time
   * later, up to days; see `expired` of reads. Items that the store drops leave no history.
   */
  readonly expires?: FieldName<Schema['_A']>
  /** Values, or functions of the fields given or defaulted before. Applied on create, and on read where a required field is absent. */
  readonly defaults?: { readonly [Field in DefaultedFields]: Default<Schema['_A'], Field> }
  /**
   * Whether every commit leaves an entry in the history of its records. `{ entries, bytes }`: how many of the last ones stay
   * in the record before they are sealed into the journal table; by default 24 entries or 700 bytes, whichever comes
   * first. `false` leaves no trace and costs nothing; a commit whose answer was lost then is more often `UNKNOWN_OUTCOME`.
   * Default true.
   */
  readonly history?:
    | boolean
    | { readonly entries?: number | undefined; readonly bytes?: number | undefined }
    | undefined
  /** Domain events by name, each with a payload and a reducer. They are kept in the history, so they need one. */
  readonly events?: { readonly [Name in keyof Payloads]: EventOptions<Schema['_A'], Payloads[Name]> } | undefined
  /** Events alone may change records: `change` and `blind` are refused. Default false. */
  readonly eventSourced?: boolean | undefined
  /**
   * Fields that the engine fills in on create where they are absent: `'uuid'` (random, version 4), `'ulid'` (sorts by time),
   * or, for one number in the key, `autoIncrement()`, which `work.createNext` asks for.
   */
  readonly generate?: Generated &
    GeneratedBy<Schema['_A']> & { readonly [Field in Exclude<keyof Generated, FieldName<Schema['_A']>>]: never }
  /** Older versions of the schema and the steps from each to the next; the last schema in it is this model's. */
  readonly migrations?: Migrations<Schema['_A']> | undefined
}

/**
 * Defines a model; throws INVALID_MODEL for what could not work.
 *
 * ```ts
 * const Player = defineModel({
 *   name: 'Player',
 *   table: 'players',
 *   key: { partition: 'id' },
 *   schema: t.type({ id: t.string, energy: t.number, seen: date }),
 *   defaults: { energy: 10, seen: () => new Date() },
 * })
 * ```
 */
export function defineModel<
  Schema extends ObjectSchema,
  const Partition extends (keyof Schema['_A'] & string) | KeyTemplate,
  const Sort extends (keyof Schema['_A'] & string) | KeyTemplate = never,
  DefaultedFields extends FieldName<Schema['_A']> = never,
  const Indexes extends Readonly<Record<string, IndexOptions<FieldName<Schema['_A']>>>> = Record<never, never>,
  Payloads = Record<never, never>,
  const Generated = unknown,
>(
  options: ModelOptions<Schema, Partition, Sort, DefaultedFields, Indexes, Payloads, Generated>,
): Model<
  Schema['_A'],
  KeyPartFields<Partition> | KeyPartFields<Sort>,
  DefaultedFields | FieldsBy<Generated, string>,
  { readonly partition: Partition; readonly sort: Sort },
  Indexes,
  Payloads,
  [FieldsBy<Generated, AutoIncrement>] extends [never] ? undefined : FieldsBy<Generated, AutoIncrement>
> {
  const definition = checkDefinition(options)
  const { name, table } = options
  const { version, schema } = definition
  const events = eventMakers(name, definition.events)
  const model = Object.freeze({ name, table, version, events, shape: shapeOf(schema), definition })
  made.add(model)
  return model as never
}

/** The fields that a `generate` fills in by what is of that type. */
type FieldsBy<Generated, By> = unknown extends Generated
  ? never
  : { [Field in keyof Generated]: Generated[Field] extends By ? Field : never }[keyof Generated]

const made = new WeakSet<object>()

/** Whether `defineModel` made it. */
export const isModel = (value: unknown): value is AnyModel =>
  typeof value === 'object' && value !== null && made.has(value)
