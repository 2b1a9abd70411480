/**
 * Texts of a key attribute made of fields: `USER#${user}`.
 *
 * Injective: two keys never give one text, because no field may contain the literal that ends it.
 *
 * @module
 */
import type { AttributeValue } from '../data/attribute-value.ts'

/** The fields that a template names. */
export type TemplateFields<Text extends string> = Text extends `${string}\${${infer Field}}${infer Rest}`
  ? Field | TemplateFields<Rest>
  : never

export interface Template {
  readonly text: string
  /** The literal before the first placeholder. */
  readonly prefix: string
  readonly placeholders: readonly { readonly field: string; readonly following: string }[]
}

/** The template, or why it is none. */
export function parseTemplate(text: string): Template | string {
  const parts = text.split(/\$\{([^{}$]+)\}/)
  const literals = parts.filter((_, i) => i % 2 === 0)
  if (literals.some((literal) => literal.includes('${'))) return 'has a placeholder that is not a field name in braces'
  if (literals.slice(1, -1).includes('')) {
    return 'has two placeholders side by side, so that different keys could give one text; put a literal between them'
  }
  return {
    text,
    prefix: literals[0]!,
    placeholders: parts
      .filter((_, i) => i % 2 === 1)
      .map((field, i) => Object.freeze({ field, following: literals[i + 1]! })),
  }
}

type Rendered = { readonly text: string } | { readonly field: string; readonly expected: string }

/** The text, or what the field that does not fit should have been. Values are as stored. */
export function renderTemplate(template: Template, storedOf: (field: string) => AttributeValue): Rendered {
  let text = template.prefix
  for (const { field, following } of template.placeholders) {
    const part = print(storedOf(field))
    if (part === undefined) return { field, expected: 'a string that is not empty or a whole number' }
    // Also where only part of the literal is at the field's end: "a#" before "##" ends one character early.
    if (following !== '' && (part + following).indexOf(following) !== part.length) {
      return { field, expected: `a string without ${JSON.stringify(following)}, which ends it in ${template.text}` }
    }
    text += part + following
  }
  return { text }
}

function print(value: AttributeValue): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  return typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined
}
