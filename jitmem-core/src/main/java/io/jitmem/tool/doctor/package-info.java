/** The command that reports what a system allows: {@link io.jitmem.tool.doctor.DoctorCommand}. */
@NullMarked
package io.jitmem.tool.doctor;

import org.jspecify.annotations.NullMarked;
