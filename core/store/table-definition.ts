/**
 * Tables as models need them: names and types of keys, secondary indexes, and what a table does beside holding items.
 * What is found in a store is the same, with what only a real table has.
 *
 * @module
 */

/** An attribute of a key, with DynamoDB's letter for its type: text, number, binary. */
export interface KeyAttribute {
  readonly name: string
  readonly type: 'S' | 'N' | 'B'
}

/** What items are found by: a partition, and within it perhaps an order. */
export interface KeySchema {
  readonly partition: KeyAttribute
  readonly sort?: KeyAttribute | undefined
}

/** How requests are paid for: by request, or by so many units of each a second. */
export type Capacity =
  | { readonly mode: 'on-demand' }
  | { readonly mode: 'provisioned'; readonly read: number; readonly write: number }

/** A secondary index. Items that lack one of its key attributes are not in it. */
export interface IndexDefinition extends KeySchema {
  readonly name: string
  readonly kind: 'global' | 'local'
  /** Which attributes the index holds beside the keys. */
  readonly projection: 'all' | 'keys' | readonly string[]
  /** Of a global index of a provisioned table. Default: the table's. */
  readonly capacity?: Capacity | undefined
}

/** A table as the models want it. */
export interface TableDefinition extends KeySchema {
  readonly table: string
  readonly indexes: readonly IndexDefinition[]
  /** The attribute that holds the second since 1970 after which the store may drop an item. */
  readonly expiry?: string | undefined
  /**
   * Whether the store must be able to tell the table's changes (`Store.changes`): on DynamoDB a stream of old and new
   * images, which is switched on also where the table is there already. Stores with a log of their own always can.
   */
  readonly stream?: boolean | undefined
  /** Default: on demand. */
  readonly capacity?: Capacity | undefined
}

/** A table as the store has it. */
export interface TableDescription extends TableDefinition {
  /** `updating` also while one of its indexes is made or deleted. */
  readonly status: 'creating' | 'active' | 'updating' | 'deleting' | 'unusable'
  /** How many items, and their bytes, where the store has counted. DynamoDB does so every six hours or so. */
  readonly items?: number | undefined
  readonly bytes?: number | undefined
  /** What a stream keeps that does not keep old and new images, in DynamoDB's word. `stream` is false then. */
  readonly otherStream?: string | undefined
}

/** One step from a table to another. No effect where the table is so already. */
export type TableChange = { readonly table: string } & (
  | { readonly kind: 'add-index'; readonly index: IndexDefinition }
  | { readonly kind: 'remove-index'; readonly index: string }
  /** `undefined` turns the deletion of expired items off. */
  | { readonly kind: 'expiry'; readonly attribute: string | undefined }
  | { readonly kind: 'stream'; readonly on: boolean }
  /** Global indexes that are not named get the table's, where they had none of their own. */
  | {
      readonly kind: 'capacity'
      readonly capacity: Capacity
      readonly indexes?: Readonly<Record<string, Capacity>> | undefined
    }
)
