/**
 * What of a stored item a history tells and takes back. Attributes that templates of indexes make of fields are neither:
 * they follow the fields, whoever changes those.
 *
 * @module
 */
import type { DocumentPath } from '../data/document-path.ts'
import type { AnyModel } from '../model/model.ts'

export const isOfRecord = ({ definition }: AnyModel, [name]: DocumentPath): boolean =>
  !definition.indexParts.some(({ template, attribute }) => template && attribute === name)
