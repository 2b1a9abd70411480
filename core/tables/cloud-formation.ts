/**
 * The tables as a CloudFormation template, for people who deploy with templates instead of `create` and `apply`.
 *
 * @module
 */
import { engineError } from '../errors.ts'
import type { TableDefinition } from '../store/table-definition.ts'
import { tableProperties } from '../store/table-properties.ts'

/** Plain JSON. */
export interface CloudFormationTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09'
  readonly Resources: Readonly<Record<string, CloudFormationTable>>
}

/** One table as a resource, which stays when the stack is deleted. */
export interface CloudFormationTable {
  readonly Type: 'AWS::DynamoDB::Table'
  readonly DeletionPolicy: 'Retain'
  readonly UpdateReplacePolicy: 'Retain'
  readonly Properties: Readonly<Record<string, unknown>>
}

/** In the order of the tables' names, so that equal models give equal templates. */
export function cloudFormation(definitions: readonly TableDefinition[]): CloudFormationTemplate {
  const sorted = [...definitions].sort((a, b) => (a.table < b.table ? -1 : 1))
  const resources: Record<string, CloudFormationTable> = {}
  for (const definition of sorted) resources[logicalId(definition.table, resources)] = resource(definition)
  return { AWSTemplateFormatVersion: '2010-09-09', Resources: resources }
}

function resource(definition: TableDefinition): CloudFormationTable {
  const { table, indexes, expiry } = definition
  assertName(table, `table named ${JSON.stringify(table)}`)
  for (const { name } of indexes) assertName(name, `index of table ${table} named ${JSON.stringify(name)}`)
  return {
    Type: 'AWS::DynamoDB::Table',
    // A template that loses a table, or changes what only another table can be, must not lose the items.
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      ...tableProperties(definition),
      ...(expiry !== undefined && { TimeToLiveSpecification: { AttributeName: expiry, Enabled: true } }),
    },
  }
}

/** Letters and digits only, other than those that are taken: `game-players` → `GamePlayersTable`. */
function logicalId(table: string, taken: object): string {
  const words = table.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '')
  const id = `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Table`
  if (!Object.hasOwn(taken, id)) return id
  let n = 2
  while (Object.hasOwn(taken, `${id}${n}`)) n++
  return `${id}${n}`
}

/** Memory and LevelDB take any name. */
function assertName(name: string, what: string): void {
  if (/^[a-zA-Z0-9_.-]{3,255}$/.test(name)) return
  const reason = `DynamoDB takes no ${what}: names have 3 to 255 letters, digits, _, - and .`
  throw engineError('REJECTED', `${reason}; rename it in its models.`, { reason })
}
