/**
 * Tables as models need them: names and types of keys, and secondary indexes.
 *
 * @module
 */

export interface KeyAttribute {
  readonly name: string
  readonly type: 'S' | 'N' | 'B'
}

export interface KeySchema {
  readonly partition: KeyAttribute
  readonly sort?: KeyAttribute | undefined
}

export interface IndexDefinition extends KeySchema {
  readonly name: string
  readonly kind: 'global' | 'local'
  /** Which attributes the index holds beside the keys. */
  readonly projection: 'all' | 'keys' | readonly string[]
}

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
}
