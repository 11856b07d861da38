package io.jitmem.windows;

import io.jitmem.nativecall.CapturedError;
import io.jitmem.nativecall.NativeBinder;

/** Binds functions of Windows, and says under which name their errors are captured. */
interface WindowsBinder extends NativeBinder {
  /** The name and place of what GetLastError would answer after a call. */
  CapturedError error();
}
