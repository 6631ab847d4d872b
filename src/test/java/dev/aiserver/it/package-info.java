/** The program from its front door: {@code ./install} on a Mac of stand-ins, in a network of its own. */
@NullMarked
package dev.aiserver.it;

import org.jspecify.annotations.NullMarked;
