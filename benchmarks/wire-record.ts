/**
 * The reference record as DynamoDB sends it, for stubs and canned servers.
 *
 * @module
 */
import { marshall } from '@aws-sdk/util-dynamodb'
import { plainRecord } from './reference-record.ts'

/** Tagged values, as in a response; binary values, which have another form on the wire, do not occur. */
export const wireRecord = (id: string): object =>
  JSON.parse(JSON.stringify(marshall(plainRecord(id)), (_, value) => (value instanceof Set ? [...value] : value)))
