/**
 * What can be the name of a table, a model or a key attribute.
 *
 * @module
 */
import { utf8Size } from './item.ts'
import { toAttribute } from './to-attribute.ts'

/** As DynamoDB takes it, which refuses fewer than three characters. */
export const isTableName = (name: unknown): name is string =>
  typeof name === 'string' && /^(arn:[\w:/.-]{1,1020}|[\w.-]{1,255})$/.test(name)

/** Well-formed, and within DynamoDB's limit of the names of key attributes, for all of them. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value !== '__proto__' &&
  toAttribute(value).issues.length === 0 &&
  utf8Size(value) <= 255
