/**
 * `draftwork/opentelemetry`: spans and metrics of units of work, attempts and requests.
 *
 * @module
 */
export { type OpentelemetryOptions, opentelemetry } from './opentelemetry.ts'
