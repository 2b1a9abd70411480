/**
 * One of several processes that share a table.
 *
 * @module
 */
import { answerQuestions } from '../lane.ts'
import { drive, type Load, type Measured } from './load.ts'
import { openWay, type Target, type WayName } from './ways.ts'

export interface LoadOrder {
  readonly name: WayName
  readonly target: Target
  readonly load: Load
}

answerQuestions(({ name, target, load }: LoadOrder): Promise<Measured> => drive(openWay(name, target), load))
