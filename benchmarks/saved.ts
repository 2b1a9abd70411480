/**
 * Results on disk, and what changed since the last ones.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { drawChart } from './chart.ts'
import { print, type Spread } from './spread.ts'
import type { Column, Report } from './suite.ts'

interface Saved extends Report {
  readonly suite: string
  readonly command: string
  readonly at: string
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
}

const folder = 'benchmarks/results'
const fileOf = (suite: string, ending: 'json' | 'svg'): string => `${folder}/${suite}.${ending}`

export function readSaved(suite: string): Saved | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(suite, 'json'), 'utf8')) as Saved
  } catch {
    return undefined
  }
}

/** @returns the names of the files, for people */
export function save(suite: string, command: string, report: Report): readonly string[] {
  const [cpu] = cpus()
  const saved: Saved = {
    suite,
    command,
    at: new Date().toISOString(),
    machine: { cpu: cpu?.model ?? 'unknown', cores: cpus().length, node: process.version },
    ...report,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(fileOf(suite, 'json'), `${JSON.stringify(saved, undefined, 1)}\n`)
  writeFileSync(fileOf(suite, 'svg'), drawChart(suite, report.sections))
  return (['json', 'svg'] as const).map((ending) => fileOf(suite, ending))
}

/** One line for each first figure that left the saved one's range; a figure within it is noise. */
export function compare(before: Saved, now: Report): readonly string[] {
  return now.sections.flatMap(({ title, columns, rows }) => {
    const old = before.sections.find((section) => section.title === title)
    const [column] = columns
    if (!old || !column) return []
    return rows.flatMap(({ name, figures: [figure] }) => {
      const was = old.rows.find((row) => row.name === name)?.figures[0]
      return figure && was && isOutside(figure, was) ? [change(`${title}, ${name}`, column, was, figure)] : []
    })
  })
}

const isOutside = (figure: Spread, was: Spread): boolean => figure.median < was.min || figure.median > was.max

function change(what: string, { name, better, digits }: Column, was: Spread, figure: Spread): string {
  const grew = figure.median > was.median
  const verdict = better === undefined ? 'changed' : grew === (better === 'more') ? 'better' : 'WORSE'
  return `${verdict}: ${what}: ${name} ${print(was, digits)} → ${print(figure, digits)}`
}
