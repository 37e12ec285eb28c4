import type { InspectionEvent, Observer } from 'xstate'

/**
 * Passes xstate's inspection events to all who watch. An inspector that throws would wedge the actor that it watches for
 * good: it is reported and taken off.
 */
export function guardedInspector(
  inspectors: Set<Observer<InspectionEvent>>,
  failed: (error: unknown) => void,
): (event: InspectionEvent) => void {
  return event => {
    for (const inspector of inspectors) {
      try {
        inspector.next?.(event)
      } catch (error) {
        inspectors.delete(inspector)
        failed(error)
      }
    }
  }
}
