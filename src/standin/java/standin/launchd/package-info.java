/** Embedded launchd and launchctl, which start real processes from real property lists on any machine. */
@NullMarked
package standin.launchd;

import org.jspecify.annotations.NullMarked;
