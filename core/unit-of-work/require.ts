/**
 * A condition that a record must satisfy at the commit, without its values being guarded.
 *
 * It is sent as it is where it means of the stored item what it means of the record as seen here. Otherwise the stored
 * values that it asks for are guarded, and those that defaults were made of: never a weaker promise, only a coarser one.
 *
 * @module
 */
import { equal } from '../data/attribute-value.ts'
import { type DocumentPath, printPath, valueAt } from '../data/document-path.ts'
import { engineError } from '../errors.ts'
import { absent, type Condition, equals, pathsIn } from '../expression/condition.ts'
import { evaluate } from '../expression/evaluate.ts'
import { conditionOf, type Filter } from '../records/operators.ts'
import { wholeRecord } from './guard.ts'
import { printRecord } from './record-identity.ts'
import type { RecordState } from './record-state.ts'
import type { Scope } from './scope.ts'

export function requireOf(scope: Scope, state: RecordState, filter: unknown): void {
  const { model, address, id } = state.identity
  const condition = conditionOf(model, filter as Filter<never>)
  const paths = pathsIn(condition)
  const looks = scope.looksAt(state)
  const seen = state.view!.encoded!
  if (!evaluate(condition, seen)) {
    // The function may catch the error and go on, so what it told was looked at.
    for (const path of paths) looks.at('value', path)
    const printed = [...new Set(paths.map(printPath))]
    throw engineError(
      'CONDITION_FAILED',
      `${printRecord(state.identity)} is not as required at ${printed.join(', ')}. Nothing was written.`,
      { model: model.name, key: address.key, paths: printed },
    )
  }
  // A record that is created or replaced by this unit of work is as it is here, whatever others do.
  if (state.fate !== 'kept') return
  const { stored, present, defaulted } = scope.attempt.records.loaded(id)!
  const sources = paths.flatMap(([field]) => [...(defaulted?.get(String(field)) ?? [])].map((source) => [source]))
  const isAsStored = sources.length === 0 && paths.every((path) => equal(valueAt(stored, path), valueAt(seen, path)))
  if (stored === present && isAsStored) looks.required(condition)
  else if (stored === present)
    for (const path of [...paths, ...sources]) looks.required(sameAs(valueAt(stored, path), path))
  else for (const guard of wholeRecord(stored!)) looks.required(guard.condition)
}

const sameAs = (value: ReturnType<typeof valueAt>, path: DocumentPath): Condition =>
  value === undefined ? absent(path) : equals(path, value)
