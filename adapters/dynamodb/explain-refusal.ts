/**
 * What a refusal of DynamoDB means for the person who reads it, and what to do.
 *
 * @module
 */
import type { Refusal } from './service-error.ts'

/** One line: what DynamoDB said and, where there is a known remedy, the remedy. */
export function explainRefusal({ name, message: said }: Refusal, tables: readonly string[]): string {
  // What the SDK puts where DynamoDB said nothing.
  const message = said === 'UnknownError' ? name : said
  const where = tables.length === 1 ? `table ${tables[0]}` : `tables ${tables.join(', ')}`
  switch (name) {
    case 'ResourceNotFoundException':
      return `${where} or an index of it does not exist; run \`tables.create()\`, or check the client's region (${message})`
    case 'AccessDeniedException':
      return `the client's credentials do not allow this on ${where} (${message})`
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
    case 'MissingAuthenticationToken':
    case 'MissingAuthenticationTokenException':
    case 'IncompleteSignature':
    case 'IncompleteSignatureException':
      return `the client's credentials are not valid (${name}: ${message})`
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return `the client's credentials have expired; give it a provider that renews them (${message})`
    case 'IdempotentParameterMismatchException':
      return `another plan was sent under the same id within the last ten minutes (${message})`
    case 'ItemCollectionSizeLimitExceededException':
      return `the items of one partition key exceed 10 GB, the limit of a table with local indexes (${message})`
    default:
      return `${name}: ${message}`
  }
}
