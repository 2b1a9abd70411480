/**
 * Issues as text, for the messages of errors.
 *
 * @module
 */
import { printPath } from '../data/document-path.ts'
import type { Issue } from '../data/to-attribute.ts'

const SHOWN = 5
const LENGTH = 40

/** `home.city: expected string, got 5; …` */
export function printIssues(issues: readonly Issue[]): string {
  const texts = issues.slice(0, SHOWN).map(({ path, expected, actual }) => {
    const at = path.length === 0 ? '' : `${printPath(path)}: `
    return `${at}expected ${expected}, got ${printValue(actual)}`
  })
  if (issues.length > SHOWN) texts.push(`and ${issues.length - SHOWN} more`)
  return texts.join('; ')
}

/** Scalars shortened, all else by kind only: a message is no place for whole records. */
function printValue(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > LENGTH ? `${JSON.stringify(value.slice(0, LENGTH))}…` : JSON.stringify(value)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date'
  const name = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== '' ? `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}` : 'an object'
}
