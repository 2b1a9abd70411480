/**
 * A section as a Markdown table, aligned so that it also reads well in a terminal.
 *
 * @module
 */

import { print } from './spread.ts'
import type { Section, Wanted } from './suite.ts'

export function printSection({ title, columns, rows }: Section): string {
  const cells = [
    ['', ...columns.map(({ name }) => name)],
    ...rows.map(({ name, figures }) => [
      name,
      ...columns.map(({ digits }, i) => (figures[i] ? print(figures[i], digits) : '–')),
    ]),
  ]
  return `${title}\n\n${alignedTable(cells)}`
}

export function printWanted(wanted: readonly Wanted[]): string {
  if (wanted.length === 0) return ''
  const rows = wanted.map((each) => [each.what, each.wanted, each.got, each.holds ? 'yes' : 'NO'])
  return alignedTable([['wanted', 'at', 'got', 'reached'], ...rows])
}

/** The first row is the head, the first column text, all others numbers. */
function alignedTable(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? `${'-'.repeat(width + 2)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n')
}
