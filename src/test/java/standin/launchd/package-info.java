@NullMarked
package standin.launchd;

import org.jspecify.annotations.NullMarked;
