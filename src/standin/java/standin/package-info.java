/** Offers the stand-ins to a rehearsal. */
@NullMarked
package standin;

import org.jspecify.annotations.NullMarked;
