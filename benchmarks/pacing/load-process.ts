/**
 * One of several processes that share a table: takes its orders from its parent, and tells what it measured.
 *
 * @module
 */
import { drive, type Load } from './load.ts'
import { openWay, type Target, type WayName } from './ways.ts'

export interface LoadOrder {
  readonly name: WayName
  readonly target: Target
  readonly load: Load
}

process.on('message', ({ name, target, load }: LoadOrder) => {
  const way = openWay(name, target)
  void drive(way, load).then((measured) => process.send?.(measured, () => process.exit(0)))
})
process.send?.('ready')
