/**
 * The tables that models need: one definition a table, also where several models share it. What a table costs is not a
 * matter of its models, which are the same in every environment, so it is said beside them.
 *
 * @module
 */
import { assertObject, assertOptions, unexpected } from '../arguments.ts'
import { engineError } from '../errors.ts'
import { tableDefinition } from '../model/key.ts'
import { storedType } from '../model/key-part.ts'
import type { AnyModel } from '../model/model.ts'
import { sameCapacity, typesProblem } from '../store/change-table.ts'
import { printKeys, sameKeys } from '../store/check-keys.ts'
import { joinTables } from '../store/join-tables.ts'
import type { Capacity, TableDefinition } from '../store/table-definition.ts'

/** How requests to one table are paid for. */
export interface TableSettings {
  /** Whatever the table has where nothing is said; a new table is on demand then. */
  readonly capacity?: Capacity | undefined
  /** Of global indexes by name, where they are not to have the table's. Provisioned tables only. */
  readonly indexes?: Readonly<Record<string, Capacity>> | undefined
}

interface Known {
  readonly definition: TableDefinition
  readonly models: readonly AnyModel[]
}

/** One definition a table; with streams for models that keep a history, where asked for. Throws `INVALID_MODEL` where models that share one contradict each other. */
export function modelTables(models: readonly AnyModel[], withStreams = false): readonly TableDefinition[] {
  const tables = new Map<string, Known>()
  for (const model of models) {
    const { stream, ...plain } = tableDefinition(model)
    const definition: TableDefinition = stream && withStreams ? { ...plain, stream } : plain
    const known = tables.get(model.table)
    const types = typesProblem([definition, ...definition.indexes])
    if (types) throw engineError('INVALID_MODEL', `${model.name}: ${types}.`, { model: model.name })
    tables.set(model.table, known ? shared(known, definition, model) : { definition, models: [model] })
  }
  return [...tables.values()].map(({ definition }) => definition)
}

/** One definition for all models of a table. */
function shared({ definition: first, models }: Known, second: TableDefinition, model: AnyModel): Known {
  const refuse = (reason: string, firstModel = models.at(-1)!): never => {
    throw engineError('INVALID_MODEL', `${firstModel.name} and ${model.name} share table ${model.table} ${reason}.`, {
      model: model.name,
    })
  }
  if (!sameKeys(first, second)) refuse(`but have different keys: ${printKeys(first)} and ${printKeys(second)}`)
  for (const other of models) {
    const problem =
      typesAlike(other, model) ?? typesAlike(model, other) ?? indexMisfit(other, model) ?? indexMisfit(model, other)
    if (problem !== undefined) refuse(problem, other)
  }
  const joined = joinTables(first, second)
  if ('problem' in joined) return refuse(`but ${joined.problem}`)
  const types = typesProblem([first, ...joined.indexes])
  if (types) refuse(`but ${types.charAt(0).toLowerCase()}${types.slice(1)}`)
  return { definition: { ...joined, stream: first.stream || second.stream }, models: [...models, model] }
}

/** Why an item of the other model may be taken for one of the first. */
function typesAlike({ definition: { type } }: AnyModel, { name, definition: other }: AnyModel): string | undefined {
  // Nothing would tell whose record an item is.
  if (!type || !other.type) return 'without a type; give each one'
  const { attribute, value } = type
  if (attribute === other.type.attribute)
    return value === other.type.value ? `and the type ${attribute} = ${value}; give each another value` : undefined
  return other.fields.has(attribute) || other.hidden.has(attribute)
    ? `but ${attribute}, which tells the type of the one, is also an attribute of ${name}; give it another name`
    : undefined
}

/** Why the store would refuse records of the other model: an index takes its keys from whatever item has the attribute. */
function indexMisfit({ name, definition: { indexParts } }: AnyModel, { name: other, definition }: AnyModel) {
  const misfit = indexParts.find(({ attribute, type }) => {
    const field = definition.fields.get(attribute)
    const stored = field && storedType(field.codecs)
    return stored !== undefined && stored !== type
  })
  return misfit
    ? `but ${misfit.attribute}, a key of type ${misfit.type} in an index of ${name}, is a field of another type in ${other}; give it another name`
    : undefined
}

/** The definitions with what their tables cost. Throws `INVALID_ARGUMENT` for settings that fit no table. */
export function withSettings(
  tables: readonly TableDefinition[],
  settings: Readonly<Record<string, TableSettings>> = {},
): readonly TableDefinition[] {
  assertOptions(settings, 'tables', namesOf(tables))
  // A table may be named `constructor`, which every object has.
  const settingsOf = new Map(Object.entries(settings))
  return tables.map((definition) => {
    const own = settingsOf.get(definition.table)
    return own === undefined ? definition : settled(definition, own)
  })
}

export const namesOf = (tables: readonly TableDefinition[]): readonly string[] => tables.map(({ table }) => table)

function settled(definition: TableDefinition, own: TableSettings): TableDefinition {
  const name = `tables.${definition.table}`
  assertOptions(own, name, ['capacity', 'indexes'])
  const { capacity, indexes = {} } = own
  assertOptions(indexes, `${name}.indexes`)
  if (capacity !== undefined) assertCapacity(capacity, `${name}.capacity`)
  for (const [index, its] of Object.entries(indexes)) {
    if (!definition.indexes.some((each) => each.name === index && each.kind === 'global'))
      throw unexpected(`${name}.indexes`, 'capacities of global indexes of the table', index)
    assertCapacity(its, `${name}.indexes.${index}`)
    if (its.mode !== capacity?.mode)
      throw unexpected(`${name}.indexes.${index}.mode`, `${capacity?.mode ?? 'on-demand'}, as the table's`, its.mode)
  }
  const capacityOf = new Map(Object.entries(indexes))
  return {
    ...definition,
    ...(capacity && { capacity }),
    indexes: definition.indexes.map((index) => {
      const its = capacityOf.get(index.name)
      return its === undefined || sameCapacity(its, { mode: 'on-demand' }) ? index : { ...index, capacity: its }
    }),
  }
}

function assertCapacity(capacity: Capacity, argument: string): void {
  assertObject(capacity, argument)
  if (capacity.mode === 'on-demand') return
  if (capacity.mode !== 'provisioned') {
    throw unexpected(`${argument}.mode`, "'on-demand' or 'provisioned'", (capacity as { mode?: unknown }).mode)
  }
  for (const unit of ['read', 'write'] as const) {
    if (!Number.isSafeInteger(capacity[unit]) || capacity[unit] < 1)
      throw unexpected(`${argument}.${unit}`, 'a positive integer', capacity[unit])
  }
}
