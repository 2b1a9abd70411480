/**
 * A migration's progress on a terminal, one line that is written again and again; nothing where there is no terminal.
 *
 * @module
 */
import { unexpected } from '../arguments.ts'
import type { MigrationReport } from './migration-report.ts'

/** What is needed of `process.stderr`. */
interface Terminal {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

const WIDTH = 20

/** For `migrations.run(model, { onProgress: progressBar() })`. How many items a table has is not known: the bar shows segments. */
export function progressBar(terminal: Terminal = process.stderr): (report: MigrationReport) => void {
  if (typeof terminal?.write !== 'function') throw unexpected('terminal', 'a stream, such as process.stderr', terminal)
  return (report) => {
    if (!terminal.isTTY) return
    const isDone = report.segmentsDone === report.segments
    terminal.write(`\r\u001b[K${progressLine(report)}${isDone ? '\n' : ''}`)
  }
}

const count = (n: number): string => n.toLocaleString('en-US')

function progressLine({
  model,
  to,
  dryRun,
  scanned,
  migrated,
  failed,
  segments,
  segmentsDone,
}: MigrationReport): string {
  const filled = Math.floor((WIDTH * segmentsDone) / segments)
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
  const done = `${count(migrated)} of ${count(scanned)} ${dryRun ? 'to migrate' : 'migrated'}`
  return `${model} → ${to} ${bar} ${done}${failed > 0 ? `, ${count(failed)} failed` : ''}`
}
