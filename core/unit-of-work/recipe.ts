/**
 * One change of one record: the recipe runs on an immer draft whose reads are remembered.
 *
 * @module
 */
import { enableMapSet, isDraft, produce } from 'immer'
import { forsake, invalidArgument } from '../arguments.ts'
import { equal } from '../data/attribute-value.ts'
import { MAX_LEVELS } from '../data/levels.ts'
import type { EngineError } from '../errors.ts'
import { asRead } from '../model/absence.ts'
import { strayField } from '../model/issue.ts'
import type { Looks } from './looks.ts'
import { invalidChange } from './record-errors.ts'
import { RecordVersion } from './record-version.ts'
import { type DraftView, trackDraft } from './track-draft.ts'

enableMapSet()

/** The record after the recipe, valid and encoded; the same version where nothing was changed. */
export function runRecipe(version: RecordVersion, recipe: (draft: never) => unknown, looks: Looks): RecordVersion {
  const { identity } = version
  const { model } = identity
  let returned = false
  const draftOver = (): object =>
    produce(version.value!, (draft) => {
      const view = trackDraft(draft, model.shape, looks)
      assertReturn(recipe(view.draft as never), view, model.name)
      returned = true
    })
  let next: object
  try {
    next = draftOver()
  } catch (thrown) {
    // What immer runs out of stack on is deeper than anything that could be stored.
    if (!returned || !(thrown instanceof RangeError)) throw thrown
    throw tooDeep(version, thrown)
  }
  version.assertUntouched()
  if (next === version.value) return version
  assertKnownFields(version, next)
  const changed = new RecordVersion(identity, asRead(model.definition.schema, next) as object)
  for (const [attribute, value] of Object.entries(identity.address.key)) {
    if (equal(changed.encoded?.[attribute], value)) continue
    const issue = { path: [attribute], expected: String(value), actual: changed.encoded?.[attribute] }
    throw invalidChange(identity, ': the key cannot be changed. Delete the record and create another.', [issue])
  }
  return changed
}

/** As for `create`: what the schema does not have is most often misspelt. What other programs added may be changed. */
function assertKnownFields({ identity, value }: RecordVersion, next: object): void {
  const { fields } = identity.model.definition
  const stray = Object.keys(next).filter((name) => !fields.has(name) && !Object.hasOwn(value!, name))
  if (stray.length === 0) return
  const issues = stray.map((name) => strayField(name, (next as Readonly<Record<string, unknown>>)[name]))
  throw invalidChange(identity, `: the schema has no field ${stray.join(', ')}. Nothing was changed.`, issues)
}

function tooDeep({ identity }: RecordVersion, cause: unknown): EngineError {
  const expected = `at most ${MAX_LEVELS} levels of nesting`
  const issue = { path: [], expected, actual: undefined }
  return invalidChange(identity, `: expected ${expected}. Nothing was changed.`, [issue], cause)
}

/** Whatever would be lost without a word: a promise that goes on after the draft is closed, a new record returned. */
function assertReturn(returned: unknown, view: DraftView, model: string): void {
  if (
    typeof returned !== 'object' ||
    returned === null ||
    view.owns(returned) ||
    isDraft(returned) ||
    Array.isArray(returned)
  )
    return
  const what = returned instanceof Promise ? 'a promise; a recipe cannot wait' : 'an object; change the draft instead'
  forsake(returned)
  throw invalidArgument('recipe', `The recipe for ${model} returned ${what}. Nothing was changed.`)
}
