/**
 * Directories for databases of tests.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

/** One that nobody has used. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'draftwork-level-'))
  made.push(directory)
  return directory
}

export function removeDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
}
