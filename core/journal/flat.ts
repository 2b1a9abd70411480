/**
 * Values of a history that are nested too deeply for where they are kept, one level below where they were in the record:
 * those are kept as text. Neither the image of a record nor what is kept of an entry is a string otherwise.
 *
 * @module
 */
import type { AttributeValue } from '../data/attribute-value.ts'
import { levels, MAX_LEVELS } from '../data/levels.ts'
import { parseValue, valueText } from '../data/value-text.ts'

/** As it is kept in an attribute of an item. */
export const flat = (value: AttributeValue): AttributeValue =>
  levels(value) + 1 > MAX_LEVELS ? valueText(value) : value

/** What `flat` was given. */
export const unflat = (stored: AttributeValue | undefined): AttributeValue | undefined =>
  typeof stored === 'string' ? parseValue(stored) : stored
