/**
 * What histories are read from, and undone with.
 *
 * @module
 */
import type { Environment } from '../environment.ts'
import type { AnyModel } from '../model/model.ts'
import type { Store } from '../store/store.ts'
import type { UnitOfWorkRunner } from '../unit-of-work/run.ts'

export interface HistoryParts {
  readonly store: Store
  readonly environment: Environment
  readonly models: ReadonlySet<AnyModel>
  readonly journalTable: string
  readonly unitOfWork: UnitOfWorkRunner
}
