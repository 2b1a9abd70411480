/**
 * Issues that several checks tell, and issues as text for the messages of errors.
 *
 * @module
 */
import { printPath } from '../data/document-path.ts'
import { printValue } from '../data/print-value.ts'
import type { Issue } from '../data/to-attribute.ts'

const SHOWN = 5

/** A name that the schema does not have: most often it is misspelt. */
export const strayField = (name: string, actual: unknown): Issue => ({
  path: [name],
  expected: 'no field of this name',
  actual,
})

/** `home.city: expected string, got 5; …` */
export function printIssues(issues: readonly Issue[]): string {
  const texts = issues.slice(0, SHOWN).map(({ path, expected, actual }) => {
    const at = path.length === 0 ? '' : `${printPath(path)}: `
    return `${at}expected ${expected}, got ${printValue(actual)}`
  })
  if (issues.length > SHOWN) texts.push(`and ${issues.length - SHOWN} more`)
  return texts.join('; ')
}
