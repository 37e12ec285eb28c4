import { expect, it } from 'vitest'
import { errorsPage } from '../../docs/generate-errors.ts'
import { errorTable } from '../../src/error-table.ts'
import { pageText } from '../support/markdown.ts'

it('docs/errors.md is what docs/generate-errors.ts writes', () => {
  expect(pageText('docs/errors.md')).toBe(errorsPage())
})

it('docs/errors.md has a heading for every code', () => {
  const text = pageText('docs/errors.md')
  expect(Object.keys(errorTable).filter(code => !text.includes(`### ${code}\n`))).toEqual([])
})
