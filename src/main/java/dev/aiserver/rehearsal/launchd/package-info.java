/** Embedded launchd and launchctl, which start real processes from real property lists on any machine. */
@NullMarked
package dev.aiserver.rehearsal.launchd;

import org.jspecify.annotations.NullMarked;
