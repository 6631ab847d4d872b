@NullMarked
package dev.aiserver.template;

import org.jspecify.annotations.NullMarked;
