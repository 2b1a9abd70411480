/**
 * What queries and scans take and give, as types: keys by index, and the part of a record that comes back.
 *
 * @module
 */
import type { FieldValue } from '../model/defaults.ts'
import type { AnyModel, FieldName, IndexesOf, KeyPartFields, RecordOf } from '../model/model.ts'
import type { InvalidItem } from './item-reader.ts'
import type { Filter, Prefix } from './operators.ts'
import type { OnInvalid, ReadPolicy } from './read-options.ts'

/** The names of a model's indexes. */
export type IndexName<M extends AnyModel> = keyof IndexesOf<M> & string

/** The key of the index, or of the model where no index is named. */
type KeyOfIndex<M extends AnyModel, Index> = [Index] extends [never]
  ? M['_key']
  : Index extends keyof IndexesOf<M>
    ? IndexesOf<M>[Index]
    : never

type PartitionOf<Key> = Key extends { readonly partition: infer Part } ? Part : never
type SortOf<Key> = Key extends { readonly sort: infer Part } ? Part : never

/** A sort field is compared with a value, or by one operator. */
type SortBound<V> =
  | V
  | { readonly less: V }
  | { readonly atMost: V }
  | { readonly greater: V }
  | { readonly atLeast: V }
  /** Both ends included. */
  | { readonly between: readonly [low: V, high: V] }
  | ([Prefix<V>] extends [never] ? never : { readonly beginsWith: Prefix<V> })

type TemplateBound<V> = V | ([Prefix<V>] extends [never] ? never : { readonly beginsWith: string })

type ValueOf<M extends AnyModel, Field extends string> = Exclude<FieldValue<M['_fields'], Field>, undefined>

type SortFields<M extends AnyModel, Part> = Part extends string
  ? { readonly [Field in Part]?: SortBound<ValueOf<M, Field>> | undefined }
  : { readonly [Field in KeyPartFields<Part> & string]?: TemplateBound<ValueOf<M, Field>> | undefined }

/**
 * The partition's fields, all of them, and perhaps the sort field with a value or a bound. Of a sort template, its first
 * fields in order; the last of them may say only how it begins.
 */
export type QueryKey<M extends AnyModel, Index> = {
  readonly [Field in KeyPartFields<PartitionOf<KeyOfIndex<M, Index>>> & string]: ValueOf<M, Field>
} & ([SortOf<KeyOfIndex<M, Index>>] extends [never] ? unknown : SortFields<M, SortOf<KeyOfIndex<M, Index>>>)

/** The fields that the index's entries hold. */
export type HeldField<M extends AnyModel, Index> = [Index] extends [never]
  ? FieldName<M['_fields']>
  : KeyOfIndex<M, Index> extends { readonly projection: infer Projection }
    ? Projection extends 'all'
      ? FieldName<M['_fields']>
      :
          | (M['_keyFields'] & string)
          | (KeyPartFields<PartitionOf<KeyOfIndex<M, Index>> | SortOf<KeyOfIndex<M, Index>>> & string)
          | (Projection extends readonly (infer Field extends string)[] ? Field : never)
    : FieldName<M['_fields']>

/** The fields of a record that are named, of each member of a union apart. */
type Part<A, Field> = A extends unknown
  ? { readonly [Name in keyof A as Name extends Field ? Name : never]: A[Name] }
  : never

/** A record as the index holds it. */
type Held<M extends AnyModel, Index> = [FieldName<M['_fields']>] extends [HeldField<M, Index>]
  ? RecordOf<M>
  : Part<RecordOf<M>, HeldField<M, Index>>

/** What comes back: a record, the part that the index holds, or the fields that were selected. */
export type Selected<M extends AnyModel, Index, Field, Invalid> =
  | ([Field] extends [never] ? Held<M, Index> : Part<RecordOf<M>, Field>)
  | (Invalid extends 'raw' ? InvalidItem : never)

/** Which records of a table or index, and which of their fields. */
export interface ScanOptions<M extends AnyModel, Index, Field, Invalid extends OnInvalid> extends ReadPolicy<Invalid> {
  readonly index?: Index | undefined
  /** Only these fields, which makes answers smaller, not cheaper. */
  readonly select?: readonly Field[] | undefined
  /** Drops records after they were read: they cost capacity all the same. Sees what is stored, without defaults. */
  readonly filter?: Filter<Held<M, Index>> | undefined
  /** How many records to return, whatever was looked at for them. */
  readonly limit?: number | undefined
  /** How many items one request looks at, before the filter. Default: by `limit`, or as many as the store gives, 1 MB. */
  readonly pageSize?: number | undefined
  /** The cursor of a page, to go on behind it. */
  readonly from?: string | undefined
  /** How many parts of the table are scanned at once. Default 1, or as many as the cursor was made with. */
  readonly segments?: number | undefined
}

/** Which records of one partition, and in which order. */
export interface QueryOptions<M extends AnyModel, Index, Field, Invalid extends OnInvalid>
  extends Omit<ScanOptions<M, Index, Field, Invalid>, 'segments'> {
  /** All fields of the partition's key; perhaps the sort field, or a bound of it. */
  readonly key: QueryKey<M, Index>
  /** Descending by the sort key. Default false. */
  readonly reverse?: boolean | undefined
}
