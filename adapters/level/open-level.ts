/**
 * Opens LevelDB in a directory, and refuses what is not this store's to open: a directory in use, another program's
 * database, another version's format.
 *
 * @module
 */
import { mkdir, realpath } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import { FORMAT, FORMAT_KEY } from './key-space.ts'
import { codeOf, rejected } from './refusals.ts'

export type Level = ClassicLevel<Buffer, string>

/** The database at the path, which is made if there is none. Whoever gets it closes it. */
export async function openLevel(path: string): Promise<Level> {
  const level = await open(path)
  try {
    await checkFormat(level, path)
    return level
  } catch (error) {
    await level.close()
    throw error
  }
}

async function open(path: string): Promise<Level> {
  try {
    await mkdir(path, { recursive: true })
    // Within one process LevelDB knows a locked directory by its name only, so each needs one name.
    const level: Level = new ClassicLevel(await realpath(path), { keyEncoding: 'buffer', valueEncoding: 'utf8' })
    await level.open()
    return level
  } catch (error) {
    throw openingError(path, error)
  }
}

async function checkFormat(level: Level, path: string): Promise<void> {
  const format = await level.get(FORMAT_KEY)
  if (format === FORMAT) return
  if (format !== undefined) {
    const reason = `The database at ${path} has format ${format}, this version of draftwork knows format ${FORMAT}`
    throw rejected(`${reason}; use the version that wrote it, or another path`)
  }
  const [other] = await level.keys({ limit: 1 }).all()
  if (other !== undefined) {
    throw rejected(`The database at ${path} was not made by draftwork; use another path`)
  }
  await level.put(FORMAT_KEY, FORMAT, { sync: true })
}

function openingError(path: string, error: unknown) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (codeOf(cause) === 'LEVEL_LOCKED') {
    const reason = `The database at ${path} is in use by another store, of this process or another`
    return rejected(`${reason}; use one store for each path, and close it before the next one opens it`, error)
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  return rejected(`The database at ${path} cannot be opened: ${message}`, error)
}
