/**
 * The models that an engine was made with. What it does not know it must not touch: it would keep no history of it, and
 * might take another model's records for it.
 *
 * @module
 */
import { invalidArgument, unexpected } from '../arguments.ts'
import type { AnyModel } from './model.ts'

/** Throws `INVALID_ARGUMENT` for a model that is not among them, and for what is no model. */
export function assertKnown(models: ReadonlySet<object>, model: AnyModel): void {
  if (models.has(model)) return
  const name = (model as { name?: unknown } | undefined)?.name
  if (typeof name !== 'string') throw unexpected('model', 'one that defineModel made', model)
  const message = `The engine does not know the model ${name}; name it in createEngine({ models }).`
  throw invalidArgument('model', message)
}
