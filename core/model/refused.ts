/**
 * How a compiled encoder or decoder says that it is not for this value: the thorough way decides, and finds the words.
 *
 * @module
 */
export const refused: unique symbol = Symbol('refused')
