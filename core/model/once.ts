/**
 * What is worked out when it is first asked for, and kept.
 *
 * @module
 */

/** Once for each codec or model, for as long as somebody holds it. Undefined is no answer: it is asked for again. */
export function oncePer<Of extends object, A>(make: (of: Of) => A): (of: Of) => A {
  const known = new WeakMap<Of, A>()
  return (of) => {
    let made = known.get(of)
    if (made === undefined) {
      made = make(of)
      known.set(of, made)
    }
    return made
  }
}

/** Once. Asked late, since a recursive schema is not whole while it is looked at. */
export function lazily<A>(make: () => A): () => A {
  let made: { readonly value: A } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
