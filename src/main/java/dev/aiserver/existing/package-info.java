@NullMarked
package dev.aiserver.existing;

import org.jspecify.annotations.NullMarked;
