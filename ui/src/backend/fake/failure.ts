import type { AppError, ErrorCode } from '../bindings';

/** A failure as the shell would report it. */
export function failure(
  code: ErrorCode,
  details: Partial<AppError['details']> = {},
  message = `scripted failure: ${code}`,
): AppError {
  return {
    code,
    message,
    details: {
      amount: null,
      limit: null,
      path: null,
      name: null,
      address: null,
      seconds: null,
      needed_bytes: null,
      free_bytes: null,
      ...details,
    },
  };
}
