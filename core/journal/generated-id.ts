/**
 * Ids for new records, from the environment's clock and chance: unique, but no secrets.
 *
 * @module
 */
import type { Environment } from '../environment.ts'
import type { Generate, GeneratedKind } from '../model/generated.ts'
import { commitId } from './commit-id.ts'

const makers: Readonly<Record<GeneratedKind, (environment: Environment) => string>> = {
  uuid: uuidV4,
  // Later ones of one process sort behind earlier ones, within one millisecond too.
  ulid: commitId,
}

export const idsFrom =
  (environment: Environment): Generate =>
  (kind) =>
    makers[kind](environment)

/** https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4 */
function uuidV4({ random }: Environment): string {
  const digits = (length: number): string =>
    Math.floor(random() * 16 ** length)
      .toString(16)
      .padStart(length, '0')
  const variant = (8 + Math.floor(random() * 4)).toString(16)
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(6)}${digits(6)}`
}
